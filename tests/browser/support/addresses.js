// The addresses that a tab has, and those that it learnt of the other side.

// What the tab's connections know of the other side: candidates, and every address in its description.
export const remotes = (tab) => tab.page.evaluate(async () => {
  const [connection] = watched.connections.filter(({ connectionState }) => connectionState === 'connected');
  const candidates = [];
  for (const report of (await connection.getStats()).values()) {
    if (report.type === 'remote-candidate') candidates.push({ type: report.candidateType, address: report.address });
  }
  return { candidates, sdp: connection.remoteDescription.sdp };
});

// The tab's own addresses, as a connection without any policy finds them.
export const ownAddresses = (tab) => tab.page.evaluate(async () => {
  const connection = new RTCPeerConnection();
  connection.createDataChannel('');
  await connection.setLocalDescription();
  const addresses = [];
  await new Promise((resolve) => {
    connection.onicecandidate = ({ candidate }) => {
      if (candidate?.address) addresses.push(candidate.address);
      else resolve();
    };
  });
  connection.close();
  return addresses;
});
