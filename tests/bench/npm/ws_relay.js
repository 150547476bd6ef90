// A room relay on the `ws` package, as tutorials write it: each message is parsed, gets its sender's name, and goes to
// the others in the room.
import { WebSocketServer, WebSocket } from "ws";

const rooms = new Map();
const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });

server.on("listening", () => {
  console.log(JSON.stringify({ event: "listening", port: server.address().port }));
});

server.on("connection", (socket, request) => {
  const query = new URL(request.url, "http://localhost").searchParams;
  const name = query.get("room") ?? "lobby";
  const clientId = query.get("client_id");
  const room = rooms.get(name) ?? new Set();
  rooms.set(name, room.add(socket));

  socket.on("message", (data) => {
    const text = JSON.stringify({ ...JSON.parse(data), client_id: clientId });
    for (const other of room) {
      if (other !== socket && other.readyState === WebSocket.OPEN) other.send(text);
    }
  });
  socket.on("error", () => socket.terminate());
  socket.on("close", () => {
    room.delete(socket);
    if (room.size === 0) rooms.delete(name);
  });
});
