// What a test asks of the scripts of a check on a phone, beside a server that it plays itself.
async ([what]) => {
  const store = await import('/static/offline/store.js');
  const { KeptCheck } = await import('/static/offline/kept_check.js');
  const { send } = await import('/static/offline/sending.js');
  const item = (code) => ({ code, type: 'yes-no', choices: [['yes', 'Yes'], ['no', 'No']], all: [], any: [], tells: {},
    domain: 'D', label: code, question: code, help: '', in_words: false, unit: '', least: null, most: null, evidence: [],
    left_out: false });
  const content = { case_id: crypto.randomUUID(), who: 'E.A.', title: 'T', form: 'f', version: 1,
    items: [item('heating'), item('food')], answers: {}, facts: {}, withheld: 0 };
  const kept = await KeptCheck.begin('me', '123456789012', content);
  const given = (code, value) => ({ item: code, value, evidence: '', note: '', seenAt: new Date().toISOString(),
    seenVersion: 1, confirm: [], state: '', words: '', theirs: null, questions: [], through: '', toldBy: '' });
  const rows = () => store.rowsOf(kept.taking.id);
  const found = {};
  const posted = [];
  const answers = async (path, options) => {
    if (path === '/offline/session') return Response.json({ owner: 'me', form_token: 't' });
    const { body } = options;
    posted.push([body.get('item'), (await rows()).find((row) => row.id === body.get('key'))?.attempted ?? null]);
    return Response.json({ outcome: 'taken' });
  };
  globalThis.fetch = answers;
  await ({
    async waits() {
      const id = await kept.put(given('heating', 'no'));
      found.wiped = [await store.wipeIfAllSent(kept.taking)];
      found.left = (await rows()).length;
      await kept.drop(id);
      found.wiped.push(await store.wipeIfAllSent(kept.taking));
      found.checks = (await store.takings()).length;
    },
    async attempted() {
      await kept.put(given('heating', 'no'));
      found.before = (await rows()).map((row) => row.attempted);
      found.ended = await send(kept, async () => {});
      const [underWay] = await kept.waiting();
      await kept.put(given('heating', 'yes'), underWay);
      found.values = (await kept.waiting()).map((each) => each.value);
    },
    async gone() {
      await kept.put(given('heating', 'no'));
      const second = await kept.put(given('food', 'no'));
      let takenBack = false;
      await send(kept, async () => {
        if (!takenBack) await kept.drop(second);
        takenBack = true;
      });
      found.items = (await kept.waiting()).map((each) => each.item);
    },
  })[what]();
  await store.wipe(kept.taking);
  return { ...found, posted };
}
