// A subscriber for browsers, small enough to be copied: no library, no build.
//
// It hears everything once and in order on a network that comes and goes. It remembers the cursor of the last change and
// goes on after it; it notices a connection that has died without a word; it comes back in steps that grow, not all
// clients at once; and it hands changes on at most once per painted frame, of each content the last one only.

/** How long the first wait before a new connection is, and the longest, in milliseconds. */
const WAIT = [500, 30_000];
/** How often we ask whether the server is still there, and how long it may take to answer, in milliseconds. */
const [PING, PONG] = [10_000, 5_000];

/**
 * Subscribes until `stop()` is called on what it returns.
 *
 * @param options.url the server, such as `ws://localhost:8080/graphql`
 * @param options.query a subscription with a variable `$after`, whose one field selects `cursor`
 * @param options.variables its other variables
 * @param options.init the payload of `connection_init`: who acts
 * @param options.after the cursor to begin after; from now on when it is missing
 * @param options.onChanges told the changes since the last time, in order, of each content the last one
 * @param options.onState told `connecting`, `live`, `waiting` or `stopped`
 * @param options.onExpired told when the server no longer holds what follows the cursor. Query the state, with the field
 *   `cursor`, and return that cursor; when that fails we come back later and you are told again
 * @param options.onRefused told the errors of a subscription that can never work
 * @param options.onFault told the errors of a change of which a part is missing; it is handed on as it came
 * @param options.subject names what a change is about; the id of its content when it is missing
 * @param options.pace when to hand changes on; the next painted frame when it is missing
 */
export function subscribe(options) {
  const {
    url, query, variables = {}, init = {}, onChanges,
    onState = () => {}, onExpired = async () => undefined, onRefused = console.error,
    onFault = console.warn,
    subject = (change) => change.content?.id ?? change.cursor,
    pace = (paint) => (document.hidden ? setTimeout(paint, 1_000) : requestAnimationFrame(paint)),
  } = options;
  let [after, failures, stopped] = [options.after ?? null, 0, false];
  let socket, wait, watch;
  let waiting = new Map();

  function connect() {
    clearTimeout(wait);
    if (stopped || socket) return;
    onState('connecting');
    const own = (socket = new WebSocket(url, 'graphql-transport-ws'));
    const say = (message) => own.readyState === WebSocket.OPEN && own.send(JSON.stringify(message));
    const listen = () => say({ type: 'subscribe', id: '1', payload: { query, variables: { ...variables, after } } });
    own.onopen = () => say({ type: 'connection_init', payload: init });
    own.onclose = () => own === socket && lost();
    own.onmessage = async ({ data }) => {
      if (own !== socket) return;
      alive(say);
      const message = JSON.parse(data);
      if (message.type === 'ping') say({ type: 'pong' });
      if (message.type === 'connection_ack') {
        onState('live');
        listen();
      }
      const errors = message.type === 'error' ? message.payload : message.payload?.errors;
      const change = message.type === 'next' && Object.values(message.payload.data ?? {})[0];
      if (change?.cursor) {
        // Asked for again, it would be the same: it is heard, whatever of it is missing.
        hear(change);
        if (errors) onFault(errors);
      } else if (errors) {
        await mend(errors, listen, () => own === socket);
      }
    };
    alive(say);
  }

  /** Every word shows that the connection lives. Without one we ask, and without an answer it is dead. */
  function alive(say) {
    clearTimeout(watch);
    watch = setTimeout(() => {
      say({ type: 'ping' });
      watch = setTimeout(lost, PONG);
    }, PING);
  }

  /** The connection is gone: another one, after a wait that doubles and differs from client to client. */
  function lost() {
    clearTimeout(watch);
    const old = socket;
    socket = undefined;
    old?.close();
    if (stopped) return;
    onState('waiting');
    const longest = Math.min(WAIT[1], WAIT[0] * 2 ** failures++);
    wait = setTimeout(connect, longest * (0.5 + Math.random() / 2));
  }

  async function mend(errors, listen, isOurs) {
    const { code, cursor } = errors[0].extensions ?? {};
    if (code === 'LAGGED') {
      // We were too slow: what was not told follows this cursor.
      after = cursor;
      setTimeout(listen);
    } else if (code === 'CURSOR_EXPIRED') {
      try {
        after = (await onExpired()) ?? null;
        listen();
      } catch {
        // Whoever could not be asked is as far away as a connection that is gone.
        if (isOurs()) lost();
      }
    } else if (['STOPPING', 'UNAVAILABLE', 'INTERNAL'].includes(code)) {
      lost();
    } else {
      onRefused(errors);
      stop();
    }
  }

  function hear(change) {
    after = change.cursor;
    // Whoever is told something is welcome: the next wait is short again.
    failures = 0;
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
  }

  // The system knows before our wait is over.
  addEventListener('online', connect);
  connect();
  return { stop, cursor: () => after };
}
