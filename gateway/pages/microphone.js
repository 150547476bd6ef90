// The microphone, and words for when there is none.

const WORDS = {
  insecure: 'Browsers give the microphone only to pages from https or localhost. You can still listen.',
  NotAllowedError: 'The microphone is blocked for this page. Allow it in the address bar, or just listen.',
  NotFoundError: 'No microphone was found. Plug one in and try again, or just listen.',
  NotReadableError: 'The microphone cannot be opened; another program may hold it. Try again, or just listen.',
};

export class MicrophoneError extends Error {}

// Asks for the microphone and returns its track.
export async function openMicrophone() {
  if (!navigator.mediaDevices) throw new MicrophoneError(WORDS.insecure);
  try {
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    });
    return stream.getAudioTracks()[0];
  } catch (error) {
    throw new MicrophoneError(WORDS[error.name] ?? `The microphone cannot be used: ${error.message}`);
  }
}
