// Dialog of a scenario under a disruption: both arms side by side, with the disruption between their turns.
const dialog = document.getElementById("conversation");
const COLOURS = 8;
const turnTime = (seconds) => (seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(1)} s`);

const pairKey = (entry) => `${entry.scenario} ${entry.disruption} ${entry.trial}`;
const pairs = new Map();
data.conversations.forEach((conversation, index) => {
  const key = pairKey(conversation);
  if (!pairs.has(key)) pairs.set(key, {});
  pairs.get(key)[conversation.arm] ??= index;
});

// Return a function that finds the conversation's facts in a text, in any case and as whole words, longest first.
function finderOf(conversation) {
  const facts = conversation.facts
    .map(([name, value], index) => ({ name, index, value: text(value) }))
    .filter((fact) => fact.value.trim())
    .sort((left, right) => right.value.length - left.value.length);
  if (!facts.length) return (said) => [said];
  const quoted = facts.map((fact) => fact.value.replace(/[.*+?^${}()|[\]\\\/]/g, "\\$&").replace(/^(?=[\p{L}\p{N}])/u, "(?<![\\p{L}\\p{N}]|\\d[.,])").replace(/(?<=[\p{L}\p{N}])$/u, "(?![\\p{L}\\p{N}]|[.,]\\d)"));
  const pattern = new RegExp(quoted.map((words) => `(${words})`).join("|"), "giu");
  return (said) => {
    const parts = [];
    let end = 0;
    for (const found of said.matchAll(pattern)) {
      const fact = facts[found.slice(1).findIndex((group) => group !== undefined)];
      parts.push(said.slice(end, found.index), factMark(fact, found[0]));
      end = found.index + found[0].length;
    }
    return [...parts, said.slice(end)];
  };
}

function factMark(fact, words) {
  const attributes = { class: `fact f${fact.index % COLOURS}`, title: fact.name, "data-fact": fact.index, "data-value": fact.value.toLowerCase() };
  return element("mark", attributes, words, hidden(` (${fact.name})`));
}

// Align the turns of both arms in the order of the script. A turn of one arm alone has a row of its own.
function aligned(control, treated) {
  const keyed = (turns) => {
    const seen = new Map();
    const entries = (turns || []).map((turn, index) => ({ turn, index, repeats: [] }));
    entries.forEach((entry) => entries[entry.turn.repeats]?.repeats.push(entry));
    return entries.filter((entry) => entry.turn.repeats === undefined).map((entry) => {
      const place = `${entry.turn.line}:${entry.turn.column}:${entry.turn.speaker}`;
      seen.set(place, (seen.get(place) || 0) + 1);
      return { ...entry, key: `${place}#${seen.get(place)}` };
    });
  };
  const left = keyed(control?.turns);
  const right = keyed(treated?.turns);
  const placeOf = new Map(right.map((entry, index) => [entry.key, index]));
  const rows = [];
  let next = 0;
  for (const entry of left) {
    const partner = placeOf.get(entry.key);
    if (partner !== undefined && partner >= next) {
      while (next < partner) rows.push([null, right[next++]]);
      rows.push([entry, right[next++]]);
    } else rows.push([entry, null]);
  }
  while (next < right.length) rows.push([null, right[next++]]);
  return rows;
}

function promptOf(turn, find) {
  return (turn.prompts || []).map((messages, index) =>
    element(
      "details",
      { class: "prompt" },
      element("summary", {}, turn.prompts.length > 1 ? `Prompt ${index + 1} of ${turn.prompts.length}, as the bot sent it` : "The prompt that the bot sent"),
      element("ol", {}, messages.map((number) => {
        const [, role, said] = /^([^:\n]{1,30}): ([^]*)$/.exec(text(number)) || [null, "", text(number)];
        return element("li", {}, role ? element("span", { class: "role" }, role) : null, element("span", { class: "message" }, find(said)));
      })),
    ),
  );
}

function verdictOf(probe, turn, find) {
  const expected = find(text(probe.expected));
  if (hasFailed(probe)) {
    const said = text(probe.reply).toLowerCase();
    expected.filter((part) => part instanceof Element && turn.wants.includes(Number(part.dataset.fact)) && !said.includes(part.dataset.value)).forEach((mark) => {
      mark.classList.add("gone");
      mark.append(hidden(", missing"));
    });
  }
  return element(
    "div",
    { class: `judged ${probe.outcome}` },
    element(
      "p",
      {},
      element("span", { class: `mark ${probe.outcome}`, "aria-hidden": "true" }, OUTCOMES[probe.outcome][0]),
      element("b", {}, outcomeOf(probe)),
      element("span", {}, element("span", { class: "label" }, " expected "), expected),
    ),
    factTraceOf(probe),
    hasFailed(probe) || probe.outcome === "unscored" ? element("p", { class: "why" }, find(text(probe.why))) : null,
  );
}

// Repeated questions are not probes: they are folded under the question that they repeat.
function repeatsOf(entries, conversation, find) {
  if (!entries?.length) return null;
  const words = entries.length === 1 ? "Asked once more" : `Asked ${entries.length} times more`;
  return element("details", { class: "repeats" }, element("summary", {}, words), entries.map((entry) => turnOf(entry, conversation, find, -1)));
}

function turnOf(entry, conversation, find, focus) {
  if (!entry) return element("div", { class: "turn absent" });
  const { turn, index } = entry;
  const [speaker, session] = conversation.speakers[turn.speaker] || ["", ""];
  const probe = turn.probe === undefined ? null : data.probes[turn.probe];
  const silent = turn.status !== "acknowledged";
  const words = { unasked: "not asked", refused: "the bot refused", indeterminate: "no certain answer", "": "cut short" };
  const chips = (turn.tells || []).map((fact) => element("span", { class: `fact chip f${fact % COLOURS}` }, `told ${conversation.facts[fact][0]}`));
  return element(
    "div",
    { class: `turn${probe ? " asking" : ""}${focus === index ? " focus" : ""}`, tabindex: focus === index ? -1 : null },
    element(
      "div",
      { class: "bubble user" },
      element("p", { class: "who" }, element("span", { title: session }, speaker), element("span", { class: "time" }, `+${turn.at.toFixed(1)} s`)),
      element("p", { class: "words" }, find(text(turn.text))),
      chips.length ? element("p", { class: "chips" }, chips) : null,
    ),
    element(
      "div",
      { class: `bubble bot${silent ? " silent" : ""}` },
      element("p", { class: "who" }, "bot", silent ? ` · ${words[turn.status] || turn.status}` : "", turn.seconds ? element("span", { class: "time" }, turnTime(turn.seconds)) : null),
      element("p", { class: "words" }, turn.reply === undefined ? "" : find(text(turn.reply))),
      probe ? verdictOf(probe, turn, find) : null,
      promptOf(turn, find),
    ),
    repeatsOf(entry.repeats, conversation, find),
  );
}

function bandOf(step, number, treated) {
  const looks = (treated?.looks || []).filter((look) => (look.moment === "before" ? look.phase === number : look.phase === number + 1));
  const seen = looks.map((look) =>
    element(
      "p",
      { class: "look" },
      element("span", { class: "label" }, `in the store ${look.moment} it: `),
      look.facts.map(([fact, held]) => {
        const name = treated.facts[fact][0];
        const state = held ? "there" : look.unclear ? "perhaps unreadable" : "not there";
        return element(held || look.unclear ? "span" : "s", { class: `fact chip f${fact % COLOURS}${held ? "" : " gone"}` }, name, hidden(`: ${state}`));
      }),
    ),
  );
  return element(
    "div",
    { class: "row band" },
    element("p", { class: "aside" }, element("span", { class: "label" }, "This arm was asked before it happened.")),
    element(
      "div",
      { class: "happened" },
      element("p", {}, element("b", {}, step.kind), " ", element("span", { class: "label" }, `+${step.at.toFixed(1)} s, took ${turnTime(step.seconds)}`)),
      element("p", { class: "proof" }, step.proved ? "" : "Not proved: ", step.proof, step.recovered ? "" : " The bot did not come back."),
      seen,
    ),
  );
}

function factsOf(control, treated, own) {
  const both = (control || treated).facts;
  if (!both.length) return null;
  const cell = (conversation, index) => element("td", {}, conversation?.facts[index] ? element("span", { class: `fact f${index % COLOURS}` }, text(conversation.facts[index][1])) : "");
  const lostAt = (name) => own.filter((probe) => probe.arm === "treated" && hasFailed(probe) && probe.facts.includes(name));
  return element(
    "div",
    { class: "scroll" },
    element(
      "table",
      { class: "facts", "aria-label": "Facts" },
      element("thead", {}, element("tr", {}, ["Fact", "Undisturbed", "Disrupted", "Afterwards"].map((title) => element("th", { scope: "col" }, title)))),
      element("tbody", {}, both.map(([name], index) => {
        const lost = lostAt(name);
        const asked = own.some((probe) => probe.arm === "treated" && probe.facts.includes(name));
        const end = lost.length ? `${outcomeOf(lost[0]).toLowerCase()}${lost[0].lost ? `, at ${lost[0].lost}` : ""}` : asked ? "kept" : "not asked";
        return element("tr", {}, element("th", { scope: "row" }, name), cell(control, index), cell(treated, index), element("td", { class: lost.length ? "bad" : "quiet" }, end));
      })),
    ),
  );
}

function showConversation(key, probe) {
  const pair = pairs.get(key);
  const [control, treated] = [data.conversations[pair.control], data.conversations[pair.treated]];
  const any = treated || control;
  const scenario = scenarioOf(any);
  const steps = (any.own || (data.disruptions[any.disruption] || { steps: [] }).steps).slice(0, any.steps);
  const own = data.probes.filter((entry) => entry.conversation !== undefined && (entry.conversation === pair.control || entry.conversation === pair.treated));
  const finders = [control, treated].map((conversation) => (conversation ? finderOf(conversation) : null));
  const focus = (arm) => (probe && probe.arm === arm ? probe.turn : -1);
  const rows = [];
  let phase = 0;
  for (const [left, right] of aligned(control, treated)) {
    while (right && phase < right.turn.phase && phase < steps.length) rows.push(bandOf(steps[phase], phase++, treated));
    rows.push(element("div", { class: "row" }, turnOf(left, control, finders[0], focus("control")), turnOf(right, treated, finders[1], focus("treated"))));
  }
  // Disruptions without later turns are shown at the end.
  while (treated && phase < steps.length) rows.push(bandOf(steps[phase], phase++, treated));
  const trials = [...pairs.keys()].filter((name) => name.startsWith(`${any.scenario} ${any.disruption} `));
  const arms = [["control", "Undisturbed", "asked before the disruption"], ["treated", "Disrupted", `asked after ${disruptionOf(any)}`]];
  dialog.dataset.arm = probe?.arm || "treated";
  const heads = arms.map(([arm, title, note]) => element("div", { class: `arm-head ${arm}` }, element("h3", {}, title), element("p", { class: "quiet" }, pair[arm] === undefined ? "not on this page, see transcript.jsonl" : note)));
  const switches = arms.map(([arm, title]) => element("button", { type: "button", class: "switch", "aria-pressed": String(dialog.dataset.arm === arm), onclick: (event) => {
    dialog.dataset.arm = arm;
    switches.forEach((button) => button.setAttribute("aria-pressed", String(button === event.currentTarget)));
  } }, title));
  dialog.replaceChildren(
    element(
      "div",
      { class: "conversation-head" },
      element("div", {}, element("p", { class: "eyebrow" }, disruptionOf(any), " · ", scenario.file), element("h2", { id: "conversation-title" }, scenario.name)),
      element(
        "div",
        { class: "conversation-tools" },
        trials.length > 1 ? choice("Trial", trials.map((name) => [name, name.split(" ")[2]]), key, (value) => goTo(`conversation=${Object.values(pairs.get(value))[0]}`)) : null,
        element("button", { type: "button", class: "close", onclick: () => dialog.close() }, "Close"),
      ),
    ),
    element("div", { class: "conversation-body" }, factsOf(control, treated, own), element("div", { class: "switches", role: "group", "aria-label": "Arm" }, switches), element("div", { class: "row heads" }, heads), rows),
  );
  if (!dialog.open) dialog.showModal();
  const body = dialog.querySelector(".conversation-body");
  const target = dialog.querySelector(".focus");
  body.scrollTop = 0;
  if (target) {
    target.focus({ preventScroll: true });
    const [inner, outer] = [target.getBoundingClientRect(), body.getBoundingClientRect()];
    body.scrollTop = inner.top - outer.top - Math.max(110, (outer.height - inner.height) / 2);
  }
}
