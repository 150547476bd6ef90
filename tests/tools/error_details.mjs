// What a standard client makes of a refusal: nice-grpc with the published middleware for google.rpc error details.
// error_details.mjs TARGET METHOD [CA [CERT KEY]]: calls METHOD (Service/Method) with an empty request and prints, as
// JSON, the status and what its details decode to.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { loadPackageDefinition } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { ChannelCredentials, ClientError, Status, createChannel, createClientFactory } from "nice-grpc";
import { RichClientError, errorDetailsClientMiddleware } from "nice-grpc-error-details";

const [target, path, ca, cert, key] = process.argv.slice(2);
const [service, method] = path.split("/");
const proto = fileURLToPath(new URL("../../proto", import.meta.url));
const { signaling } = loadPackageDefinition(
  loadSync(["signaling/v1/rooms.proto", "signaling/v1/signaling.proto"], { includeDirs: [proto] }));
const definition = signaling.v1[service].service;
const credentials = ca === undefined
  ? ChannelCredentials.createInsecure()
  : ChannelCredentials.createSsl(readFileSync(ca), key && readFileSync(key), cert && readFileSync(cert));
const channel = createChannel(target, credentials);
const client = createClientFactory().use(errorDetailsClientMiddleware).create(definition, channel);

async function* oneEmptyRequest() {
  yield {};
}

async function call() {
  if (!definition[method].requestStream) return client[method]({});
  for await (const response of client[method](oneEmptyRequest())) return response;
  return undefined;
}

let answer;
try {
  answer = { code: "OK", response: await call() };
} catch (error) {
  if (!(error instanceof ClientError)) throw error;
  const details = error instanceof RichClientError ? error.extra : [];
  answer = { code: Status[error.code], message: error.details, details };
}
channel.close();
console.log(JSON.stringify(answer));
