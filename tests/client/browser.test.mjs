// The example for browsers in a real one, on a network that drops, stalls and loses its server: every content ends in its
// last state, each change is told at most once, in order, and none that is the last of its content is missing.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before, test } from 'node:test';

import { chromium } from 'playwright-core';

import { Network } from './proxy.mjs';
import { ask, folder, furnish, rate, remove, start, stop } from './server.mjs';

const program = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser'].find((path) => path && existsSync(path));
const options = program ? {} : { skip: 'CHROMIUM IS MISSING: the example for browsers was not tested' };
const network = new Network();
let place, server, browser, content;

before(async () => {
  if (!program) return;
  place = await folder();
  server = await start(place);
  content = await furnish(server.address);
  await network.open(server.address);
  browser = await chromium.launch({ executablePath: program, args: ['--no-sandbox'] });
});

after(async () => {
  if (!program) return;
  await browser.close();
  await network.close();
  await stop(server);
  await remove(place);
});

/** A page with the example, which notes what it is told. */
async function open() {
  const { cursor } = await ask(server.address, '', '{ cursor }');
  const page = await browser.newPage();
  await page.addInitScript(() => {
    window.told = [];
    window.addEventListener('changes', ({ detail }) => window.told.push(...detail));
  });
  await page.goto(`http://${network.address}/index.html?after=${cursor}`);
  return page;
}

/** Waits until the page was told a change. */
const hears = (page, cursor) =>
  page.waitForFunction((cursor) => window.told.some((change) => change.cursor === cursor), cursor, { timeout: 40_000 });

/** What was told is told once, and in the order of the log. */
async function inOrder(page, acknowledged) {
  const told = (await page.evaluate(() => window.told)).map((change) => change.cursor);
  const places = told.map((cursor) => acknowledged.indexOf(cursor));
  assert.deepEqual(places, [...new Set(places)].sort((a, b) => a - b), 'once and in order');
  assert.ok(!places.includes(-1));
  return told;
}

test('a page goes on after cuts, and after a server that was killed', options, async () => {
  const page = await open();
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
  server = await start(place, address.split(':')[1]);
  await hears(page, await rated(4));
  assert.equal(await page.textContent('#state'), 'live');
  assert.equal(await page.locator('#contents li').count(), 1);
  assert.match(await page.textContent('#contents li'), /^Hello: /);
  const told = await inOrder(page, acknowledged);
  assert.deepEqual(told, acknowledged, 'slow changes are all told');
  await page.close();
});

test('a page notices a network that has died without a word', options, async () => {
  const page = await open();
  await hears(page, await rate(server.address, content, 5));
  network.stall();
  await hears(page, await rate(server.address, content, 1));
  await page.close();
});

test('a burst is handed on in few pieces, and its last state is told', options, async () => {
  const page = await open();
  const acknowledged = [];
  for (let number = 0; number < 60; number += 1) {
    acknowledged.push(await rate(server.address, content, 2 + (number % 4)));
  }
  await hears(page, acknowledged.at(-1));
  await inOrder(page, acknowledged);
  await page.close();
});

test('a page waits longer from time to time while nobody is there', options, async () => {
  const page = await open();
  await hears(page, await rate(server.address, content, 1));
  network.cut();
  await page.waitForFunction(() => document.getElementById('state').textContent === 'waiting');
  const times = await page.evaluate(async () => {
    const [state, times] = [document.getElementById('state'), []];
    const watcher = new MutationObserver(() => state.textContent === 'connecting' && times.push(performance.now()));
    watcher.observe(state, { childList: true });
    await new Promise((over) => setTimeout(over, 6_000));
    watcher.disconnect();
    return times;
  });
  assert.ok(times.length >= 2 && times.length <= 6, `${times.length} attempts in six seconds`);
  network.mend();
  await hears(page, await rate(server.address, content, 2));
  await page.close();
});

/** Subscribes on a page to a server that is played: it answers each subscription with the next of `answers`. */
const play = (page, answers, expired) =>
  page.evaluate(
    async ([answers, expired]) => {
      const played = { connections: 0, asked: [], told: [], faults: 0, refused: 0, expired: 0 };
      class Played {
        static OPEN = 1;
        readyState = 1;
        constructor() {
          played.connections += 1;
          setTimeout(() => this.onopen());
        }
        say(message) {
          setTimeout(() => this.readyState === 1 && this.onmessage({ data: JSON.stringify(message) }));
        }
        send(text) {
          const { type, payload } = JSON.parse(text);
          if (type === 'connection_init') this.say({ type: 'connection_ack' });
          if (type !== 'subscribe') return;
          played.asked.push(payload.variables.after);
          (answers.shift() ?? []).forEach((message) => this.say({ id: '1', ...message }));
        }
        close() {
          this.readyState = 3;
        }
      }
      window.WebSocket = Played;
      const { subscribe } = await import('/peerlead.js');
      const subscription = subscribe({
        url: 'ws://played', query: 'subscription', after: 'old', pace: setTimeout,
        onChanges: (changes) => played.told.push(...changes.map((change) => change.cursor)),
        onFault: () => (played.faults += 1),
        onRefused: () => (played.refused += 1),
        onExpired: async () => {
          played.expired += 1;
          const cursor = expired.shift();
          if (!cursor) throw new TypeError('Failed to fetch');
          return cursor;
        },
      });
      await new Promise((over) => setTimeout(over, 2_500));
      const cursor = subscription.cursor();
      subscription.stop();
      return { ...played, cursor };
    },
    [answers, expired],
  );

/** A page that has failed when something was thrown that nobody caught. */
async function quiet() {
  const [page, thrown] = [await browser.newPage(), []];
  page.on('pageerror', (error) => thrown.push(error.message));
  await page.goto(`http://${network.address}/index.html`);
  return [page, thrown];
}

const failure = (code) => [{ message: 'no', extensions: { code } }];
const change = (cursor, errors) => ({ type: 'next', payload: { data: { ratingChanged: { cursor, content: null } }, errors } });

test('a page whose cursor has expired while the server cannot be asked comes back and asks again', options, async () => {
  const [page, thrown] = await quiet();
  const expired = [{ type: 'error', payload: failure('CURSOR_EXPIRED') }];
  const played = await play(page, [expired, expired, [change('c1')]], [null, 'new']);
  assert.deepEqual(played.asked, ['old', 'old', 'new']);
  assert.deepEqual(played.told, ['c1']);
  assert.equal(played.connections, 2, 'one more, after a wait');
  assert.equal(played.expired, 2);
  assert.deepEqual(thrown, []);
  await page.close();
});

test('a change of which a part is missing is heard once, and not asked for again', options, async () => {
  const [page, thrown] = await quiet();
  const played = await play(page, [[change('c1', failure('INTERNAL')), change('c2')]], []);
  assert.deepEqual(played.told, ['c1', 'c2']);
  assert.equal(played.cursor, 'c2');
  assert.equal(played.faults, 1);
  assert.equal(played.refused, 0);
  assert.deepEqual([played.connections, played.asked], [1, ['old']]);
  assert.deepEqual(thrown, []);
  await page.close();
});
