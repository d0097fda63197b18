// What public suites ask of a GraphQL server, asked of ours.
//
// The first part are the audits of graphql-http, as its package has them. The second asks what graphql-cop 1.15 asks
// (https://github.com/dolevf/graphql-cop, lib/tests), in words of our own: a scanner passes where it sees nothing, here the
// answer itself is looked at.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { buildClientSchema, getIntrospectionQuery } from 'graphql';
import { serverAudits } from 'graphql-http';

import { ask, folder, remove, start, stop } from './server.mjs';

let places, open, shut;

before(async () => {
  places = [await folder(), await folder()];
  open = await start(places[0]);
  // As an operator runs it who shows strangers nothing.
  shut = await start(places[1], 0, ['--no-introspection', '--no-explorer']);
});

after(async () => {
  for (const server of [open, shut]) await stop(server);
  for (const place of places) await remove(place);
});

const url = ({ address }) => `http://${address}/graphql`;

/** Posts a body as it is, and gives the status, the headers and what was answered. */
async function send(server, body, headers = {}) {
  return read(await fetch(url(server), { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body }));
}

async function read(answer) {
  const text = await answer.text();
  let json;
  try {
    json = JSON.parse(text);
  } catch {}
  return { status: answer.status, headers: answer.headers, text, json };
}

const operation = (query) => JSON.stringify({ query, operationName: 'cop' });
const query = (server, text) => send(server, operation(text));
const get = async (server, parameters, headers = {}) => read(await fetch(`${url(server)}?${new URLSearchParams(parameters)}`, { headers }));

/** It was not run, and the code says why. */
function refused({ json, text }, code) {
  const told = text.slice(0, 1_000);
  assert.ok(json && !('data' in json), told);
  assert.deepEqual([...new Set(json.errors.map((error) => error.extensions.code))], [code], told);
}

test('every audit of graphql-http', async (t) => {
  const audits = serverAudits({ url: () => url(open) });
  assert.ok(audits.length >= 61, `${audits.length} audits`);
  for (const audit of audits) {
    await t.test(`${audit.id} ${audit.name}`, async () => {
      const { status, reason } = await audit.fn();
      assert.equal(status, 'ok', reason);
    });
  }
});

test('alias overloading: 101 aliases are refused before anything runs', async () => {
  const aliases = Array.from({ length: 101 }, (_, number) => `alias${number}: __typename`);
  refused(await query(open, `query cop { ${aliases.join(' ')} }`), 'COST_EXCEEDED');
  const few = await query(open, `query cop { ${aliases.slice(0, 10).join(' ')} }`);
  assert.equal(few.json.data.alias9, 'Query');
});

test('batches: an array is one refusal', async () => {
  const answer = await send(open, JSON.stringify(Array(10).fill({ query: 'query cop { __typename }' })));
  assert.equal(answer.status, 400);
  assert.ok(!Array.isArray(answer.json));
  refused(answer, 'BAD_REQUEST');
});

test('directive overloading: unknown ones are refused, and known ones that repeat', async () => {
  const unknown = await query(open, `query cop { __typename ${'@aa'.repeat(10)} }`);
  refused(unknown, 'BAD_REQUEST');
  // More directives are not answered with more errors.
  const many = await query(open, `query cop { __typename ${'@aa'.repeat(1_000)} }`);
  refused(many, 'BAD_REQUEST');
  assert.ok(many.json.errors.length <= 10 && many.text.length < 10_000, `${many.json.errors.length} errors`);
  refused(await query(open, `query cop { __typename ${'@skip(if: false) '.repeat(10)} }`), 'BAD_REQUEST');
});

test('field duplication: the same field 500 times is refused', async () => {
  const often = (times) => query(open, `query cop { ${'__typename '.repeat(times)} }`);
  assert.deepEqual((await often(10)).json.data, { __typename: 'Query' });
  refused(await often(500), 'COST_EXCEEDED');
});

test('circular introspection: refused before it runs, also by way of fragments, while tools can still ask', async () => {
  const circle = (times) => `query cop { __schema { types { ${'fields { type { '.repeat(times)} name ${'} }'.repeat(times)} } } }`;
  for (const times of [3, 4, 12]) refused(await query(open, circle(times)), 'COST_EXCEEDED');
  const spread = 'query cop { __schema { types { ...a } } } fragment a on __Type { fields { type { ...b } } } fragment b on __Type { interfaces { possibleTypes { name } } }';
  refused(await query(open, spread), 'COST_EXCEEDED');
  const tools = await send(open, JSON.stringify({ query: getIntrospectionQuery({ descriptions: true, specifiedByUrl: true, inputValueDeprecation: true, oneOf: true }) }));
  assert.equal(buildClientSchema(tools.json.data).getQueryType().name, 'Query');
  refused(await query(shut, circle(2)), 'FORBIDDEN');
});

test('introspection: an operator can switch it off, in every way to ask for it', async () => {
  const types = 'query cop { __schema { types { name fields { name } } } }';
  assert.ok((await query(open, types)).json.data.__schema.types.length > 25);
  for (const asked of [types, 'query cop { __type(name: "Query") { name } }', 'query cop { ...a } fragment a on Query { __schema { queryType { name } } }']) {
    refused(await query(shut, asked), 'FORBIDDEN');
  }
  refused(await get(shut, { query: types, operationName: 'cop' }), 'FORBIDDEN');
  assert.equal((await fetch(`http://${shut.address}/schema.graphql`)).status, 404);
});

test('field suggestions: nobody is told what they could have meant', async () => {
  const wrong = [
    'query cop { __schema { directive } }', 'query cop { __type(nam: "Query") { name isOneOf } }', 'query cop { conten { nodes { id } } }',
    'query cop { contents { node { id } } }', 'query cop { contents(firs: 1) { nodes { id } } }', 'mutation cop { rateConten }',
    'query cop { contents(orderBy: { field: SCOR, direction: DESCENDING }) { nodes { id } } }', 'query cop($a: ContenFilter) { contents(filter: $a) { nodes { id } } }',
    'query cop { contents { nodes { ... on Contents { id } } } }', 'query cop { __typename @includ(if: true) }',
  ];
  for (const server of [open, shut]) {
    for (const asked of wrong) {
      const answer = await query(server, asked);
      assert.ok(answer.json.errors.length > 0);
      assert.doesNotMatch(answer.text, /did you mean|perhaps|similar/i);
    }
  }
});

test('mutations by GET: refused, and POST is named', async () => {
  for (const asked of ['mutation cop { __typename }', 'mutation cop { createTopic(input: { slug: "x", name: "X" }) { topic { id } } }']) {
    const answer = await get(open, { query: asked, operationName: 'cop' }, { 'peerlead-person': 'operator' });
    assert.equal(answer.status, 405);
    assert.equal(answer.headers.get('allow'), 'POST');
    refused(answer, 'BAD_REQUEST');
  }
  assert.equal((await ask(open.address, '', '{ topic(by: { slug: "x" }) { id } }')).topic, null);
});

test('queries by GET: answered, because they change nothing, and no page of elsewhere gets an answer', async () => {
  const asked = { query: 'query cop { __typename }' };
  assert.equal((await get(open, asked)).json.data.__typename, 'Query');
  const elsewhere = await get(open, asked, { origin: 'https://elsewhere.example' });
  assert.equal(elsewhere.status, 403);
  refused(elsewhere, 'FORBIDDEN');
  assert.equal(elsewhere.headers.get('access-control-allow-origin'), null);
});

test('forms: nothing but JSON is taken by POST', async () => {
  const form = new URLSearchParams({ query: 'query cop { __typename }' }).toString();
  for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data; boundary=x']) {
    for (const body of [form, operation('query cop { __typename }')]) {
      const answer = await send(open, body, { 'content-type': type });
      assert.equal(answer.status, 415, type);
      refused(answer, 'BAD_REQUEST');
    }
  }
});

test('tracing: an answer tells what it cost, and nothing of how it was made', async () => {
  for (const headers of [{}, { 'x-apollo-tracing': '1', 'apollo-federation-include-trace': 'ftv1', 'x-graphql-cop-test': 'Trace Mode' }]) {
    const { json } = await send(open, operation('query cop { __typename }'), headers);
    assert.deepEqual(Object.keys(json.extensions), ['rateLimit']);
  }
});

test('explorers: an operator can leave the page out', async () => {
  const page = async (server, path) => read(await fetch(`http://${server.address}${path}`, { headers: { accept: 'text/html' } }));
  assert.match((await page(open, '/')).text, /GraphiQL/);
  for (const path of ['/', '/graphql', '/graphiql', '/playground', '/console', '/altair', '/voyager']) {
    const { status, text } = await page(shut, path);
    assert.ok(status >= 400 && status < 500, `${path}: ${status}`);
    assert.doesNotMatch(text, /graphiql|playground|<html/i, path);
  }
});

test('unhandled errors: what cannot be read is told in words, without the insides', async () => {
  const broken = [operation('qwerty cop { abc }'), operation('query cop { '), operation(''), '{', '', 'null', '"', '[]', '\u0000', JSON.stringify({ query: 1 })];
  for (const body of broken) {
    const { json, status, text } = await send(open, body, { accept: 'application/graphql-response+json' });
    assert.ok(status >= 400 && status < 500, `${body}: ${status}`);
    assert.equal(json.data, undefined);
    for (const error of json.errors) {
      assert.deepEqual(Object.keys(error.extensions).sort(), ['code', 'requestId'], text);
      assert.equal(error.extensions.code, 'BAD_REQUEST', text);
    }
    assert.doesNotMatch(text, /exception|panicked|stack|\.rs\b|src\//i, text);
  }
});
