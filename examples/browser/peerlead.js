// A subscriber for browsers, small enough to be copied: no library, no build.
//
// It hears everything once and in order on a network that comes and goes. It remembers the cursor of the last change and
// goes on after it; it notices a connection that has died without a word; it comes back in steps that grow, not all
// clients at once; and it hands changes on at most once per painted frame, of each content the last one only.

/** How long the first wait before a new connection is, and the longest, in milliseconds. */
const WAIT = [500, 30_000];
/** How often we ask whether the server is still there, and how long it may take to answer, in milliseconds. */
const [PING, PONG] = [10_000, 5_000];
/** How long a connection stays until it is a good one, after which the first wait is short again, in milliseconds. */
const STEADY = 10_000;
/** Codes of errors that pass: the server stops, cannot answer or has no room now, or the budget of this minute is spent. */
const PASSING = ['STOPPING', 'UNAVAILABLE', 'INTERNAL', 'RATE_LIMITED', 'COST_EXCEEDED'];
/** Codes with which a connection is closed because of whom `connection_init` shows. */
const DENIED = [4401, 4403];
/** Codes that say that what we send is wrong, and would be again. That `connection_init` came too late (4408) passes. */
const isOurFault = (code) => code === 1009 || (code >= 4400 && code < 4500 && code !== 4408);

/**
 * Subscribes until `stop()` is called on what it returns. Its `cursor()`, asked for in `onChanges`, is that of the last
 * change that was handed on.
 *
 * @param options.url the server, such as `ws://localhost:8080/graphql`
 * @param options.query a subscription with a variable `$after`, whose one field selects `cursor`
 * @param options.variables its other variables
 * @param options.init the payload of `connection_init`, who acts; or a function, async or not, that gives it afresh for each
 *   connection, so that a new token can be shown
 * @param options.after the cursor to begin after; when it is missing we ask for one first
 * @param options.queryState an async function that queries the state together with the field `cursor`, shows it and returns
 *   that cursor. It is called at the beginning when there is no `after`, and when the server no longer holds what follows
 *   the cursor; when it fails we come back later and call it again. Without it we ask for a cursor alone
 * @param options.onChanges told the changes since the last time, in order, of each content the last one
 * @param options.onState told `connecting`, `live`, `waiting` or `stopped`
 * @param options.onExpired told, when there is no `queryState`, that changes were missed for good
 * @param options.onDenied told the errors when `init` is a function and what it gave is worth nothing; we come back later
 * @param options.onRefused told the errors of what can never work, after which we stop
 * @param options.onFault told the errors of what passes, and those of a change of which a part is missing; it is handed on
 * @param options.subject names what a change is about; the id of its content when it is missing
 * @param options.pace when to hand changes on; the next painted frame when it is missing
 */
export function subscribe(options) {
  const {
    url, query, variables = {}, init = {}, queryState, onChanges,
    onState = () => {}, onDenied = console.warn, onRefused = console.error, onFault = console.warn,
    onExpired = () => console.warn('Changes were missed for good: what is shown must be queried anew.'),
    subject = (change) => change.content?.id ?? change.cursor,
    pace = nextFrame,
  } = options;
  let [after, failures, asked, since] = [options.after ?? null, 0, 0, Infinity];
  let [stopped, expired] = [false, false];
  let socket, wait, watch, state;
  let waiting = new Map();

  const say = (message) => socket?.readyState === WebSocket.OPEN && socket.send(JSON.stringify(message));
  const ask = (payload) => say({ type: 'subscribe', id: `${++asked}`, payload });

  function connect() {
    clearTimeout(wait);
    if (stopped || socket) return;
    onState('connecting');
    const own = (socket = new WebSocket(url, 'graphql-transport-ws'));
    const introduction = async () => (typeof init === 'function' ? init() : init);
    own.onopen = () => consult(introduction, (payload) => say({ type: 'connection_init', payload }));
    own.onmessage = ({ data }) => own === socket && heed(JSON.parse(data));
    own.onclose = ({ code, reason }) => own === socket && closed(code, reason);
    alive();
  }

  /** Every word shows that the connection lives. Without one we ask, and without an answer it is dead. */
  function alive() {
    clearTimeout(watch);
    watch = setTimeout(() => {
      say({ type: 'ping' });
      watch = setTimeout(lost, PONG);
    }, PING);
  }

  /** Asks the application. What it says counts on this connection only; when it cannot say it, we come back later. */
  async function consult(answer, then) {
    const own = socket;
    try {
      const said = await answer();
      if (own === socket) then(said);
    } catch (error) {
      if (own !== socket) return;
      onFault([error]);
      lost();
    }
  }

  /** Asks for what follows the cursor. From now on would be a gap if the connection were lost before the first change. */
  function begin() {
    if (after !== null) {
      onState('live');
      ask({ query, variables: { ...variables, after } });
    } else if (queryState) {
      // Asked once at a time, so that no late answer is shown over a newer one.
      state ??= queryState().finally(() => (state = undefined));
      consult(() => state, (cursor) => {
        if (!cursor) throw new TypeError('queryState must return a cursor');
        after = cursor;
        begin();
      });
    } else {
      ask({ query: '{ cursor }' });
    }
  }

  function heed({ type, id, payload }) {
    alive();
    if (type === 'ping') say({ type: 'pong' });
    if (type === 'connection_ack') {
      since = Date.now();
      begin();
    }
    // What is still said of something that we asked before is over.
    if (id !== `${asked}`) return;
    const errors = type === 'error' ? payload : payload?.errors;
    const data = type === 'next' ? payload.data : null;
    const change = Object.values(data ?? {})[0];
    if (data && after === null) {
      after = data.cursor;
      begin();
      // Told only now: whoever queries the state from here on misses nothing that follows.
      if (expired) onExpired();
      expired = false;
    } else if (change?.cursor) {
      // Asked for again, it would be the same: it is heard, whatever of it is missing.
      hear(change);
      if (errors) onFault(errors);
    } else if (errors) {
      mend(errors);
    } else if (type === 'complete') {
      lost();
    } else {
      refuse([{ message: 'the field of the subscription must select cursor' }]);
    }
  }

  function mend(errors) {
    asked += 1;
    const { code, cursor } = errors[0].extensions ?? {};
    if (code === 'LAGGED') {
      // We were too slow: what was not told follows this cursor.
      after = cursor;
      begin();
    } else if (code === 'CURSOR_EXPIRED') {
      // What waits is older than the state that is queried now.
      hand();
      [after, expired] = [null, true];
      begin();
    } else if (PASSING.includes(code)) {
      onFault(errors);
      lost();
    } else {
      refuse(errors);
    }
  }

  function closed(code, reason) {
    const errors = [{ message: reason, extensions: { code } }];
    if (DENIED.includes(code)) deny(errors);
    else if (isOurFault(code)) refuse(errors);
    else lost();
  }

  /** The connection is gone: another one, after a wait that doubles and differs from client to client. */
  function lost() {
    clearTimeout(watch);
    const old = socket;
    socket = undefined;
    old?.close();
    if (stopped) return;
    // Not as soon as it is open: a server may take connections only to drop them.
    if (Date.now() - since > STEADY) failures = 0;
    since = Infinity;
    onState('waiting');
    const longest = Math.min(WAIT[1], WAIT[0] * 2 ** failures++);
    wait = setTimeout(connect, longest * (0.5 + Math.random() / 2));
  }

  /** The same word would be worth nothing for ever; a function may have a better one next time. */
  function deny(errors) {
    if (typeof init !== 'function') return refuse(errors);
    onDenied(errors);
    lost();
  }

  function refuse(errors) {
    onRefused(errors);
    stop();
  }

  function hear(change) {
    after = change.cursor;
    const key = subject(change);
    if (waiting.size === 0) pace(hand);
    // Deleted first, so that the order is that of the last changes.
    waiting.delete(key);
    waiting.set(key, change);
  }

  function hand() {
    const changes = [...waiting.values()];
    waiting = new Map();
    if (changes.length) onChanges(changes);
  }

  function stop() {
    stopped = true;
    clearTimeout(wait);
    clearTimeout(watch);
    removeEventListener('online', connect);
    socket?.close(1000);
    socket = undefined;
    onState('stopped');
    hand();
  }

  // The system knows before our wait is over.
  addEventListener('online', connect);
  connect();
  return { stop, cursor: () => after };
}

/** Calls at the next painted frame; in a tab that is hidden, or becomes so, none is painted, and a second is the limit. */
function nextFrame(call) {
  const once = () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    call();
  };
  const frame = requestAnimationFrame(once);
  const timer = setTimeout(once, 1_000);
}
