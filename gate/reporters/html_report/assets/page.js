// Shared by all parts of the page. Foreign text is inserted as text nodes only, never as markup.
const data = JSON.parse(document.getElementById("data").textContent);
const text = (number) => data.texts[number];

function element(name, attributes, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

const hidden = (words) => element("span", { class: "hidden" }, words);
const count = (number) => number.toLocaleString("en");
const plural = (number, noun) => `${count(number)} ${noun}${number === 1 ? "" : "s"}`;

const STAGES = ["told", "stored", "loaded", "answered"];
const SEEN = new Map([[true, ["yes", "✓"]], [false, ["no", "✗"]], [null, ["unknown", "?"]]]);
const OUTCOMES = {
  remembered: ["✓", "Remembered"],
  lost: ["✗", "Lost"],
  error: ["!", "Error"],
  unscored: ["–", "Not scored"],
};
const hasFailed = (probe) => probe.outcome === "lost" || probe.outcome === "error";
const outcomeOf = (probe) =>
  probe.outcome === "lost" && probe.anomaly && probe.anomaly !== "lost write"
    ? probe.anomaly[0].toUpperCase() + probe.anomaly.slice(1)
    : OUTCOMES[probe.outcome][1];
const disruptionOf = (entry) => (data.disruptions[entry.disruption] || { name: "", steps: [] }).name;
const scenarioOf = (entry) => data.scenarios[entry.scenario];
const momentOf = (probe) => `${probe.arm === "control" ? "before" : "after"} ${disruptionOf(probe)}`;

// Fact trace: the stage that lost the fact is struck through.
function factTraceOf(probe) {
  const steps = STAGES.map((stage, index) => {
    const [word, mark] = SEEN.get(probe.trace[index]);
    const lost = probe.lost === stage;
    return element(
      "li",
      { class: `${word}${lost ? " lost" : ""}` },
      element("span", { "aria-hidden": "true" }, mark),
      element(lost ? "s" : "span", {}, stage),
      hidden(lost ? ": lost here" : `: ${word}`),
    );
  });
  return element("ol", { class: "fact-trace", "aria-label": "Fact trace" }, steps);
}

function bar(kept, lost, open) {
  const parts = [["kept", kept], ["lost", lost], ["open", open]].filter(([, size]) => size > 0);
  return element(
    "span",
    { class: "bar", "aria-hidden": "true" },
    parts.map(([kind, size]) => {
      const part = element("span", { class: kind });
      part.style.flexGrow = size;
      return part;
    }),
  );
}

function choice(label, options, chosen, onchange) {
  const select = element(
    "select",
    { onchange: () => onchange(select.value) },
    options.map(([value, words]) => element("option", { value, selected: value === chosen }, words)),
  );
  return element("label", { class: "choice" }, element("span", {}, label), select);
}

// Append rows in portions as they scroll into view, so that thousands of rows do not slow the page down.
function fillLazily(list, rows, portion, compose) {
  list.replaceChildren();
  let shown = 0;
  const more = element("button", { class: "more", type: "button", onclick: () => add() });
  const watcher = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && add());
  function add() {
    list.append(...rows.slice(shown, shown + portion).map(compose));
    shown = Math.min(rows.length, shown + portion);
    more.textContent = `Show more (${count(rows.length - shown)} left)`;
    more.hidden = shown === rows.length;
    watcher.unobserve(more);
    if (!more.hidden) watcher.observe(more);
  }
  add();
  return { more, stop: () => watcher.disconnect() };
}
