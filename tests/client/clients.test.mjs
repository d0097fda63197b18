// The clients that people use, each against the real server: a query, a mutation, a refusal, a subscription that hears
// what happens, and one that goes on after its cursor.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { OperationTypeNode } from 'graphql';
import { Client, fetchExchange, subscriptionExchange } from '@urql/core';
import { createClient as createSse } from 'graphql-sse';
import { createClient as createWs } from 'graphql-ws';
import WebSocket from 'ws';

import { HEAR, RATE, ask, folder, furnish, rate, remove, start, stop } from './server.mjs';

const WHO = 'query Who { viewer { person { handle } } }';
const person = { 'Peerlead-Person': 'ben' };
let place, server, content;

before(async () => {
  place = await folder();
  server = await start(place);
  content = await furnish(server.address);
});

after(async () => {
  await stop(server);
  await remove(place);
});

const url = () => `http://${server.address}/graphql`;
const socket = () =>
  createWs({ url: `ws://${server.address}/graphql`, webSocketImpl: WebSocket, connectionParams: person, retryAttempts: 0 });

/** What an async iterator of answers gives, with a limit on the wait. */
async function next(answers) {
  const late = new Promise((_, fail) => setTimeout(() => fail(new Error('nothing came within 10 s')), 10_000).unref());
  const { value } = await Promise.race([answers.next(), late]);
  return value;
}

/** A client hears what is rated while it listens, goes, and comes back after its cursor. */
async function hears(subscribe) {
  const { cursor } = await ask(server.address, '', '{ cursor }');
  const first = subscribe({ after: cursor });
  const told = [await rate(server.address, content, 1), await rate(server.address, content, 2)];
  for (const expected of told) {
    const { data, errors } = await next(first);
    assert.equal(errors, undefined);
    assert.equal(data.ratingChanged.cursor, expected);
    assert.equal(data.ratingChanged.content.title, 'Hello');
  }
  await first.return();
  const missed = await rate(server.address, content, 3);
  const again = subscribe({ after: told[1] });
  assert.equal((await next(again)).data.ratingChanged.cursor, missed);
  await again.return();
}

/** The answers of something to be observed, as an async iterator. */
function observed(observable) {
  const [waiting, come] = [[], []];
  const give = (answer) => (waiting.length ? waiting.shift()({ value: answer, done: false }) : come.push(answer));
  const subscription = observable.subscribe(typeof observable.pipe === 'function' && !observable.toPromise ? { next: give, error: (error) => give({ errors: [error] }) } : give);
  return {
    next: () => (come.length ? Promise.resolve({ value: come.shift() }) : new Promise((resolve) => waiting.push(resolve))),
    return: async () => subscription.unsubscribe(),
  };
}

test('graphql-ws', async () => {
  const client = socket();
  assert.equal((await next(client.iterate({ query: WHO }))).data.viewer.person.handle, 'ben');
  const rated = await next(client.iterate({ query: RATE, variables: { id: content, value: 5 } }));
  assert.deepEqual(rated.data.rateContent.userErrors, []);
  await assert.rejects(next(client.iterate({ query: '{ nothing }' })), ([error]) => error.extensions.code === 'BAD_REQUEST');
  await hears((variables) => client.iterate({ query: HEAR, variables }));
  await client.dispose();
});

test('graphql-ws is closed with the codes of its protocol', async () => {
  const closed = (connectionParams) =>
    new Promise((resolve) => {
      const client = createWs({
        url: `ws://${server.address}/graphql`, webSocketImpl: WebSocket, connectionParams, retryAttempts: 0,
        on: { closed: (event) => resolve(event.code) },
      });
      client.subscribe({ query: WHO }, { next() {}, error() {}, complete() {} });
    });
  assert.equal(await closed({ 'Peerlead-Person': 'nobody' }), 4403);
});

test('graphql-sse', async () => {
  const client = createSse({ url: url(), headers: person });
  assert.equal((await next(client.iterate({ query: WHO }))).data.viewer.person.handle, 'ben');
  const rated = await next(client.iterate({ query: RATE, variables: { id: content, value: 4 } }));
  assert.deepEqual(rated.data.rateContent.userErrors, []);
  assert.equal((await next(client.iterate({ query: '{ nothing }' }))).errors[0].extensions.code, 'BAD_REQUEST');
  await hears((variables) => client.iterate({ query: HEAR, variables }));
  client.dispose();
});

test('Apollo Client', async () => {
  const client = new ApolloClient({
    cache: new InMemoryCache(),
    link: ApolloLink.split(
      ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
      new GraphQLWsLink(socket()),
      new HttpLink({ uri: url(), headers: person }),
    ),
  });
  const options = { fetchPolicy: 'no-cache', errorPolicy: 'all' };
  assert.equal((await client.query({ query: gql(WHO), ...options })).data.viewer.person.handle, 'ben');
  const rated = await client.mutate({ mutation: gql(RATE), variables: { id: content, value: 3 }, ...options });
  assert.deepEqual(rated.data.rateContent.userErrors.length, 0);
  const refused = await client.query({ query: gql('{ nothing }'), ...options });
  assert.equal(refused.error.errors[0].extensions.code, 'BAD_REQUEST');
  await hears((variables) => {
    const answers = observed(client.subscribe({ query: gql(HEAR), variables, ...options }));
    const plain = async () => {
      const { value } = await answers.next();
      return { value: { data: value.data, errors: value.error?.errors } };
    };
    return { next: plain, return: answers.return };
  });
  client.stop();
});

for (const [name, subscriptions] of [
  ['urql over WebSockets', () => {
    const client = socket();
    const forward = ({ query, variables }) => ({ subscribe: (sink) => ({ unsubscribe: client.subscribe({ query, variables }, sink) }) });
    return { exchanges: [subscriptionExchange({ forwardSubscription: forward }), fetchExchange] };
  }],
  ['urql over server-sent events', () => ({ exchanges: [fetchExchange], fetchSubscriptions: true })],
]) {
  test(name, async () => {
    const client = new Client({ url: url(), fetchOptions: { headers: person }, preferGetMethod: false, ...subscriptions() });
    assert.equal((await client.query(WHO, {}).toPromise()).data.viewer.person.handle, 'ben');
    const rated = await client.mutation(RATE, { id: content, value: 2 }).toPromise();
    assert.deepEqual(rated.data.rateContent.userErrors.length, 0);
    const refused = await client.query('{ nothing }', {}).toPromise();
    assert.equal(refused.error.graphQLErrors[0].extensions.code, 'BAD_REQUEST');
    await hears((variables) => {
      const answers = observed(client.subscription(HEAR, variables));
      const plain = async () => {
        const { value } = await answers.next();
        return { value: { data: value.data, errors: value.error } };
      };
      return { next: plain, return: answers.return };
    });
  });
}
