// The example for browsers in a real one, on a network that drops, stalls and loses its server: every content ends in its
// last state, each change is told at most once, in order, and none that is the last of its content is missing. Where a
// server would have to misbehave, one is played in the page.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before, test } from 'node:test';

import { chromium } from 'playwright-core';
import WebSocket from 'ws';

import { Network } from './proxy.mjs';
import { HEAR, ask, folder, furnish, rate, remove, start, stop } from './server.mjs';

const program = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser'].find((path) => path && existsSync(path));
const options = program ? {} : { skip: 'CHROMIUM IS MISSING: the example for browsers was not tested' };
const network = new Network();
let place, server, browser, content;

/** The page of the network is one of elsewhere for the server, and may ask it. */
const serve = (port = 0) => start(place, port, ['--cors-origins', `http://${network.address}`]);

before(async () => {
  if (!program) return;
  await network.open();
  place = await folder();
  server = await serve();
  network.upstream = server.address;
  content = await furnish(server.address);
  browser = await chromium.launch({ executablePath: program, args: ['--no-sandbox'] });
});

after(async () => {
  if (!program) return;
  await browser.close();
  await network.close();
  await stop(server);
  await remove(place);
});

/** What runs in a page before anything else: it notes what is told, and can play a server. */
function prepare() {
  const heard = { pieces: [], states: [], expired: 0, denied: [], refused: [], faults: [] };
  const codes = (errors) => errors.map((error) => error.extensions?.code ?? error.message);
  const played = { connections: [], asked: [] };
  Object.assign(window, { heard, played });
  window.addEventListener('changes', ({ detail }) => heard.pieces.push(detail));

  window.follow = async (options) => {
    const { subscribe } = await import('/peerlead.js');
    window.subscription = subscribe({
      onChanges: (changes) => heard.pieces.push(changes),
      onState: (state) => heard.states.push(state),
      onExpired: () => (heard.expired += 1),
      onDenied: (errors) => heard.denied.push(...codes(errors)),
      onRefused: (errors) => heard.refused.push(...codes(errors)),
      onFault: (errors) => heard.faults.push(...codes(errors)),
      ...options,
    });
  };

  /** Plays a server that answers each operation with the next of `answers`: messages, or the code of a close. */
  window.play = (answers) => {
    window.WebSocket = class Played {
      static OPEN = 1;
      readyState = 1;
      constructor() {
        played.connections.push(Date.now());
        played.socket = this;
        setTimeout(() => this.onopen());
      }
      say(message) {
        setTimeout(() => this.readyState === 1 && this.onmessage({ data: JSON.stringify(message) }));
      }
      send(text) {
        const { type, id, payload } = JSON.parse(text);
        if (type === 'ping') this.say({ type: 'pong' });
        if (type === 'connection_init') this.say({ type: 'connection_ack' });
        if (type !== 'subscribe') return;
        played.asked.push(payload.variables?.after ?? payload.query);
        for (const answer of answers.shift() ?? []) {
          if (typeof answer === 'number') this.drop(answer);
          else this.say({ id, ...answer });
        }
      }
      drop(code) {
        setTimeout(() => {
          if (this.readyState === 3) return;
          this.readyState = 3;
          this.onclose({ code, reason: '' });
        });
      }
      close() {
        this.readyState = 3;
      }
    };
  };
}

/** A page of the network, and what was thrown there that nobody caught. */
async function open(path = 'peerlead.js', prepared = () => {}) {
  const [page, thrown] = [await browser.newPage(), []];
  page.setDefaultTimeout(10_000);
  page.on('pageerror', (error) => thrown.push(error.message));
  await page.addInitScript(prepare);
  await page.addInitScript(prepared);
  await page.goto(`http://${network.address}/${path}`);
  return [page, thrown];
}

/** A page with the example, which hears what happens from now on. */
async function example(prepared) {
  const { cursor } = await ask(server.address, '', '{ cursor }');
  const [page] = await open(`index.html?server=http://${network.address}&after=${cursor}`, prepared);
  return page;
}

/** Waits until the page was told a change; not by its frames, which are ours in some tests. */
const hears = (page, cursor) =>
  page.waitForFunction((cursor) => heard.pieces.flat().some((change) => change.cursor === cursor), cursor, { polling: 50 });

const told = (page) => page.evaluate(() => heard.pieces.flat().map((change) => change.cursor));
const ofNetwork = () => ({ url: `ws://${network.address}/graphql`, query: HEAR });

test('a page goes on after cuts, and after a server that was killed', options, async () => {
  const page = await example();
  const acknowledged = [];
  const rated = async (value) => {
    acknowledged.push(await rate(server.address, content, value));
    return acknowledged.at(-1);
  };
  await hears(page, await rated(1));
  for (const value of [2, 3]) {
    network.cut();
    const missed = await rated(value);
    network.mend();
    await hears(page, missed);
  }
  const { address } = server;
  await stop(server, 'SIGKILL');
  server = await serve(address.split(':')[1]);
  await hears(page, await rated(4));
  assert.equal(await page.textContent('#state'), 'live');
  assert.equal(await page.locator('#contents li').count(), 1);
  assert.match(await page.textContent('#contents li'), /^Hello: /);
  assert.deepEqual(await told(page), acknowledged, 'slow changes are all told, once and in order');
  await page.close();
});

test('a cut before the first change loses nothing', options, async () => {
  const [page] = await open();
  await page.evaluate((options) => follow(options), ofNetwork());
  await page.waitForFunction(() => heard.states.at(-1) === 'live');
  network.cut();
  await page.waitForFunction(() => heard.states.at(-1) === 'waiting');
  const missed = await rate(server.address, content, 5);
  network.mend();
  await hears(page, missed);
  assert.deepEqual(await told(page), [missed]);
  await page.close();
});

test('a page notices a network that has died without a word', options, async () => {
  const [page] = await open();
  await page.clock.install();
  await page.evaluate((options) => follow(options), ofNetwork());
  await page.waitForFunction(() => heard.states.at(-1) === 'live');
  await hears(page, await rate(server.address, content, 4));
  network.stall();
  const missed = await rate(server.address, content, 1);
  await page.clock.fastForward(10_001);
  assert.deepEqual(await page.evaluate(() => heard.states), ['connecting', 'live'], 'it is only asked');
  await page.clock.fastForward(5_001);
  await hears(page, missed);
  await page.close();
});

test('a burst is handed on in few pieces, of each content the last change', options, async () => {
  const again = 'mutation { publishContent(input: { kind: "post", title: "Again" }) { content { id } } }';
  const made = await ask(server.address, 'ada', again);
  const both = [content, made.publishContent.content.id];
  const page = await example(() => {
    window.requestAnimationFrame = (paint) => setTimeout(paint, 200);
  });
  const acknowledged = [];
  for (let number = 0; number < 60; number += 1) {
    acknowledged.push(await rate(server.address, both[number % 2], 2 + (Math.floor(number / 2) % 4)));
  }
  for (const last of acknowledged.slice(-2)) await hears(page, last);
  const pieces = await page.evaluate(() =>
    heard.pieces.map((piece) => piece.map(({ cursor, content }) => [cursor, content.id])),
  );
  assert.ok(pieces.length < 20, `${pieces.length} pieces for 60 changes`);
  for (const piece of pieces) {
    const ids = piece.map(([, id]) => id);
    assert.deepEqual(ids, [...new Set(ids)], 'a content is in a piece once');
  }
  const places = pieces.flat().map(([cursor]) => acknowledged.indexOf(cursor));
  assert.ok(!places.includes(-1));
  assert.deepEqual(places, [...new Set(places)].sort((a, b) => a - b), 'once and in order');
  await page.close();
});

test('a tab that is hidden after a frame was asked for is told all the same', options, async () => {
  const page = await example(() => {
    window.requestAnimationFrame = () => 0;
  });
  await hears(page, await rate(server.address, content, 1));
  await page.close();
});

/** A further server with a database of its own, until the test is over. */
async function another(context, further) {
  const elsewhere = await folder();
  const server = await start(elsewhere, 0, ['--cors-origins', `http://${network.address}`, ...further]);
  context.after(async () => {
    await stop(server);
    await remove(elsewhere);
  });
  return server;
}

test('the page shows the state when it begins, and when its cursor has expired', options, async (context) => {
  const other = await another(context, []);
  const { cursor } = await ask(other.address, '', '{ cursor }');
  for (const after of ['', `&after=${cursor}`]) {
    // Straight from the server, for which it is a page of elsewhere.
    const [page, thrown] = await open(`index.html?server=http://${server.address}${after}`);
    await page.waitForFunction(() => document.querySelector('#contents li:last-child')?.textContent.startsWith('Hello: '));
    await page.waitForFunction(() => document.getElementById('state').textContent === 'live');
    const next = await rate(server.address, content, after ? 2 : 3);
    await hears(page, next);
    assert.deepEqual(await told(page), [next]);
    assert.deepEqual(thrown, []);
    await page.close();
  }
});

test('a page that finds no room, or has spent its budget, comes back', options, async (context) => {
  const small = await another(context, ['--max-streams', '1', '--budget', '120']);
  const rated = await furnish(small.address);
  const { cursor } = await ask(small.address, '', '{ cursor }');
  const url = `ws://${small.address}/graphql`;
  const first = new WebSocket(url, 'graphql-transport-ws');
  await new Promise((open) => first.once('open', open));
  const [page] = await open();
  await page.evaluate((options) => follow(options), { url, query: HEAR, after: cursor });
  await page.waitForFunction(() => heard.states.at(-1) === 'waiting');
  // Whoever is at the same address has the same budget: none of it is left until the page has noticed.
  const spend = () =>
    assert.rejects(async () => {
      for (;;) await ask(small.address, '', '{ cursor }');
    }, /RATE_LIMITED/);
  await spend();
  first.terminate();
  const late = Date.now() + 10_000;
  while (!(await page.evaluate(() => heard.faults.includes('RATE_LIMITED')))) {
    assert.ok(Date.now() < late, 'the page was not told');
    await spend();
  }
  await hears(page, await rate(small.address, rated, 4));
  assert.deepEqual(await page.evaluate(() => heard.refused), []);
  await page.close();
});

test('a page that is denied stops, or comes back with what its function gives next', options, async () => {
  const [page] = await open();
  await page.evaluate((options) => follow({ ...options, init: { 'Peerlead-Person': 'nobody' } }), ofNetwork());
  await page.waitForFunction(() => heard.states.at(-1) === 'stopped');
  assert.deepEqual(await page.evaluate(() => heard.refused), [4403]);
  assert.deepEqual(await page.evaluate(() => heard.states), ['connecting', 'stopped']);
  await page.evaluate((options) => {
    const names = ['nobody', 'ben'];
    return follow({ ...options, init: async () => ({ 'Peerlead-Person': names.shift() }) });
  }, ofNetwork());
  await page.waitForFunction(() => heard.states.at(-1) === 'live');
  assert.deepEqual(await page.evaluate(() => heard.denied), [4403]);
  assert.deepEqual(await page.evaluate(() => heard.refused), [4403], 'no more than before');
  await hears(page, await rate(server.address, content, 5));
  await page.close();
});

test('a page whose document is wrong stops and says so', options, async () => {
  const [page] = await open();
  await page.evaluate((options) => follow({ ...options, query: 'subscription { nothing }' }), ofNetwork());
  await page.waitForFunction(() => heard.states.at(-1) === 'stopped');
  assert.deepEqual(await page.evaluate(() => heard.refused), ['BAD_REQUEST']);
  await page.close();
});

/** A page whose clock stands still but for `run`, with a server that is played and a subscription. */
async function play(answers, follows = (options) => follow(options)) {
  const [page, thrown] = await open();
  await page.clock.install({ time: 0 });
  await page.clock.pauseAt(1_000);
  await page.evaluate((answers) => window.play(answers), answers);
  await page.evaluate(follows, { url: 'ws://played', query: 'subscription', after: 'old' });
  const run = async (time) => {
    await page.clock.runFor(time);
    assert.deepEqual(thrown, []);
    const { heard, played } = await page.evaluate(() => ({ heard, played: { ...played, socket: null } }));
    return { ...heard, ...played, told: heard.pieces.flat().map((change) => change.cursor) };
  };
  return [page, run];
}

const failure = (code, cursor) => [{ message: 'no', extensions: { code, cursor } }];
const refusal = (code) => [{ type: 'error', payload: failure(code) }];
const change = (cursor, errors) => ({ type: 'next', payload: { data: { ratingChanged: { cursor, content: null } }, errors } });
const gaps = (times) => times.slice(1).map((time, index) => time - times[index]);

test('a page waits longer from time to time while it is dropped, and a little after a good connection', options, async () => {
  // A change is no sign of a good connection: it may be the same fault each time.
  const [page, run] = await play(Array.from({ length: 9 }, (_, number) => [change(`c${number}`), 1006]));
  const waits = gaps((await run(200_000)).connections);
  assert.equal(waits.length, 9);
  waits.slice(1).forEach((wait, index) => assert.ok(wait >= waits[index] - 50 || wait >= 15_000, `${waits}`));
  assert.ok(waits[0] < 700 && waits[4] >= 4_000, `${waits}`);
  assert.ok(waits.at(-1) >= 15_000 && waits.at(-1) <= 30_500, `${waits}`);
  // The tenth one was good for long, the eleventh is not.
  for (const [good, shortest, longest] of [[11_000, 250, 600], [5_000, 500, 1_100]]) {
    const { connections } = await run(good);
    await page.evaluate(() => played.socket.drop(1006));
    const before = await page.evaluate(() => Date.now());
    const wait = (await run(1_200)).connections.at(-1) - before;
    assert.ok(wait >= shortest && wait <= longest, `${wait} ms after ${good} ms`);
    assert.equal((await run(0)).connections.length, connections.length + 1);
  }
  await page.close();
});

test('a page that was too slow goes on after the cursor that it is told', options, async () => {
  const lagged = { type: 'next', payload: { data: null, errors: failure('LAGGED', 'c5') } };
  const [page, run] = await play([[change('c1'), lagged, { type: 'complete' }], [change('c6')]]);
  const { asked, told, connections, refused } = await run(2_000);
  assert.deepEqual(asked, ['old', 'c5']);
  assert.deepEqual(told, ['c1', 'c6']);
  assert.equal(connections.length, 1);
  assert.deepEqual(refused, []);
  await page.close();
});

test('a page comes back when there is no room at the moment, or no more is told for no reason', options, async () => {
  const ended = [{ type: 'complete' }];
  const passing = ['COST_EXCEEDED', 'RATE_LIMITED', 'UNAVAILABLE'];
  const [page, run] = await play([...passing.map(refusal), ended, [change('c1')]]);
  const { asked, told, faults, refused } = await run(8_000);
  assert.deepEqual(asked, ['old', 'old', 'old', 'old', 'old']);
  assert.deepEqual(told, ['c1']);
  assert.deepEqual(faults, passing);
  assert.deepEqual(refused, []);
  await page.close();
});

test('a page without cursors cannot go on, and stops', options, async () => {
  const [page, run] = await play([[{ type: 'next', payload: { data: { ratingChanged: { changes: 1 } } } }]]);
  const { refused, states } = await run(1_000);
  assert.equal(refused.length, 1);
  assert.equal(states.at(-1), 'stopped');
  await page.close();
});

test('a page stops when what it says is wrong, and not when it was only late', options, async () => {
  const [page, run] = await play([[4408], [4400]]);
  const { refused, states, connections } = await run(60_000);
  assert.deepEqual(refused, [4400]);
  assert.equal(states.at(-1), 'stopped');
  assert.equal(connections.length, 2);
  await page.close();
});

test('a page whose cursor has expired while the server cannot be asked comes back and asks again', options, async () => {
  const [page, run] = await play([[change('c1'), ...refusal('CURSOR_EXPIRED')], [change('c9')]], (options) => {
    const cursors = [null, 'c8'];
    const queryState = async () => {
      heard.pieces.push([{ cursor: 'state' }]);
      const cursor = cursors.shift();
      if (!cursor) throw new TypeError('Failed to fetch');
      return cursor;
    };
    return follow({ ...options, queryState });
  });
  const { asked, told, connections, faults, expired } = await run(2_500);
  assert.deepEqual(asked, ['old', 'c8']);
  assert.deepEqual(told, ['c1', 'state', 'state', 'c9'], 'what is older than the state is handed on before it');
  assert.equal(connections.length, 2, 'one more, after a wait');
  assert.deepEqual(faults, ['Failed to fetch']);
  assert.equal(expired, 0, 'nothing was missed');
  await page.close();
});

test('a page whose cursor has expired, and that has no state to query, is told that changes were missed', options, async () => {
  const cursor = [{ type: 'next', payload: { data: { cursor: 'c8' } } }, { type: 'complete' }];
  const [page, run] = await play([refusal('CURSOR_EXPIRED'), cursor, [change('c9')]]);
  const { asked, told, connections, expired } = await run(2_500);
  assert.deepEqual(asked, ['old', '{ cursor }', 'c8']);
  assert.deepEqual(told, ['c9']);
  assert.equal(connections.length, 1);
  assert.equal(expired, 1);
  await page.close();
});

test('a change of which a part is missing is heard once, and not asked for again', options, async () => {
  const [page, run] = await play([[change('c1', failure('INTERNAL')), change('c2')]]);
  const { asked, told, connections, faults, refused } = await run(2_500);
  assert.deepEqual(told, ['c1', 'c2']);
  assert.equal(await page.evaluate(() => subscription.cursor()), 'c2');
  assert.deepEqual(faults, ['INTERNAL']);
  assert.deepEqual(refused, []);
  assert.deepEqual([connections.length, asked], [1, ['old']]);
  await page.close();
});
