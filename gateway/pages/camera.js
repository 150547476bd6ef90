// Cameras, and words for when there is none.

const WORDS = {
  insecure: 'Browsers give the camera only to pages from https or localhost. You can send the test picture.',
  NotAllowedError: 'The camera is blocked for this page. Allow it in the address bar, or send the test picture.',
  NotFoundError: 'No camera was found. Plug one in and try again, or send the test picture.',
  NotReadableError: 'The camera cannot be opened; another program may hold it. Try again, or send the test picture.',
  OverconstrainedError: 'This camera is not there any more. Choose another one, or send the test picture.',
};

export class CameraError extends Error {}

// [{id, label}], the labels empty until the person has permitted a camera once. Empty where there is none.
export async function listCameras() {
  const devices = await navigator.mediaDevices?.enumerateDevices() ?? [];
  return devices.filter(({ kind }) => kind === 'videoinput').map(({ deviceId, label }) => ({ id: deviceId, label }));
}

// Calls `changed` when a camera is plugged in or out.
export function watchCameras(changed) {
  navigator.mediaDevices?.addEventListener('devicechange', changed);
}

// Asks for the camera and returns its track; the one the browser prefers where `id` is empty.
export async function openCamera(id) {
  if (!navigator.mediaDevices) throw new CameraError(WORDS.insecure);
  const video = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };
  if (id) video.deviceId = { exact: id };
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ video });
    return stream.getVideoTracks()[0];
  } catch (error) {
    throw new CameraError(WORDS[error.name] ?? `The camera cannot be used: ${error.message}`);
  }
}
