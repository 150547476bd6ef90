// The token for a server that wants one. A page takes it from behind "#token=" in its address: what stands behind "#" is never
// sent, so that no log has it. It is taken out of the address at once, and kept for this tab alone.

const KEY = 'signaling token';

const given = new URLSearchParams(location.hash.slice(1)).get('token');
if (given) {
  sessionStorage.setItem(KEY, given);
  history.replaceState(history.state, '', location.pathname + location.search);
}

// For the client: the token, whose `sub` is who we are; or, without one, the name that is wanted.
export function credentialOr(clientId) {
  const token = sessionStorage.getItem(KEY);
  return token ? { getToken: () => token } : { clientId };
}
