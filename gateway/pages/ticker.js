// A worker that ticks: browsers slow the timers of a page in the background down, not those of its workers.
// Gets the milliseconds between two ticks.

onmessage = ({ data: milliseconds }) => setInterval(() => postMessage(0), milliseconds);
