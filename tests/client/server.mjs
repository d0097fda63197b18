// The real program on a fresh database, and an organisation that is large enough for the tests.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const program = process.env.PEERLEAD_PROGRAM ?? new URL('../../target/debug/peerlead', import.meta.url).pathname;

/** Starts a server on a port of its own, or on the one it had before, with further knobs. */
export async function start(folder, port = 0, further = []) {
  const url = `sqlite:${join(folder, 'test.db')}`;
  // One rater is enough to be told of, so that each rating is heard.
  const knobs = ['--listen', `127.0.0.1:${port}`, '--database-url', url, '--min-raters', '1', ...further];
  const child = spawn(program, ['serve', ...knobs], { cwd: folder });
  for await (const line of createInterface({ input: child.stderr })) {
    const address = line.match(/http:\/\/([0-9.:]+)\//)?.[1];
    if (address) {
      // What it says further is read, so that it never waits for us.
      child.stderr.resume();
      return { address, child };
    }
  }
  throw new Error('the program did not start');
}

/** Stops a server, at once or in peace. */
export async function stop({ child }, signal = 'SIGTERM') {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await ended;
}

export const folder = () => mkdtemp(join(tmpdir(), 'peerlead-'));
export const remove = (path) => rm(path, { recursive: true, force: true });

/** Asks by plain HTTP. */
export async function ask(address, person, query, variables = {}) {
  const headers = { 'content-type': 'application/json', 'peerlead-person': person };
  const answer = await fetch(`http://${address}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
  const { data, errors } = await answer.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

/** Two people and a content of one of them: its id. */
export async function furnish(address) {
  for (const handle of ['ada', 'ben']) {
    const query = 'mutation($handle: String!) { createPerson(input: { handle: $handle, name: $handle }) { person { id } } }';
    await ask(address, 'operator', query, { handle });
  }
  const made = await ask(address, 'ada', 'mutation { publishContent(input: { kind: "post", title: "Hello" }) { content { id } } }');
  return made.publishContent.content.id;
}

export const RATE =
  'mutation Rate($id: ID!, $value: Int!) { rateContent(input: { content: { id: $id }, value: $value }) { cursor tally { count } userErrors { code } } }';
export const HEAR =
  'subscription Hear($after: String) { ratingChanged(after: $after) { cursor tally { count sum } content { id title } } }';

/** Ben rates a content: the cursor of the change. */
export async function rate(address, id, value) {
  return (await ask(address, 'ben', RATE, { id, value })).rateContent.cursor;
}
