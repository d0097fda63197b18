// A bad network: it serves the example's files, hands what is asked of `/graphql` on to a server, and drops or stalls when
// told to.
import { readFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';

const files = new URL('../../examples/browser/', import.meta.url);
const kinds = { html: 'text/html', js: 'text/javascript' };

export class Network {
  #pairs = new Set();
  #up = true;
  #stalled = false;
  connections = 0;

  /** The address of the server; it may change. */
  upstream;

  /** Begins to listen. */
  async open() {
    this.server = createServer((client) => client.once('data', (head) => this.#take(client, head)));
    await new Promise((ready) => this.server.listen(0, '127.0.0.1', ready));
    this.address = `127.0.0.1:${this.server.address().port}`;
  }

  async #take(client, head) {
    client.on('error', () => {});
    const file = head.toString().match(/^GET \/(index\.html|peerlead\.js)(\?\S*)? /)?.[1];
    if (file) {
      const body = await readFile(new URL(file, files));
      const type = kinds[file.split('.').pop()];
      client.end(`HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`);
      return;
    }
    // Browsers ask for pictures by themselves, on connections that they would keep for the files above.
    if (!/^\S+ \/graphql\b/.test(head)) {
      client.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
      return;
    }
    if (!this.#up) return void client.destroy();
    this.connections += 1;
    const [host, port] = this.upstream.split(':');
    const server = connect(port, host);
    const pair = { client, server };
    this.#pairs.add(pair);
    const end = () => {
      this.#pairs.delete(pair);
      client.destroy();
      server.destroy();
    };
    for (const side of [client, server]) side.on('error', end).on('close', end);
    server.write(head);
    // A stalled network takes bytes and never delivers them; nobody is told.
    client.on('data', (bytes) => pair.stalled || server.write(bytes));
    server.on('data', (bytes) => pair.stalled || client.write(bytes));
    pair.stalled = this.#stalled;
  }

  /** Drops every connection and refuses new ones. */
  cut() {
    this.#up = false;
    for (const { client } of this.#pairs) client.destroy();
  }

  /** Takes connections again. */
  mend() {
    this.#up = true;
  }

  /** What is open now hears nothing any more, and is not told. */
  stall() {
    for (const pair of this.#pairs) pair.stalled = true;
  }

  async close() {
    this.cut();
    await new Promise((closed) => this.server.close(closed));
  }
}
