// Stands before a server and adds its key: the conformance tests know no keys. Host and Origin go on as they came.
import { createServer, request } from 'node:http';

export async function withKey(url, key) {
  const { hostname, port, pathname } = new URL(url);
  const server = createServer((asked, answer) => {
    const headers = { ...asked.headers, authorization: `Bearer ${key}` };
    const onward = request({ hostname, port, path: asked.url, method: asked.method, headers }, (reply) => {
      answer.writeHead(reply.statusCode, reply.headers);
      reply.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    answer.on('close', () => onward.destroy());
    asked.pipe(onward);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://localhost:${server.address().port}${pathname}`,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}
