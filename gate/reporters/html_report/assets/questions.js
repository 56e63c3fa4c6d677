// List of all questions, with search and filters. Rows are added in portions.
function questionRow(probe) {
  const [mark] = OUTCOMES[probe.outcome];
  const scenario = scenarioOf(probe);
  const several = data.probes.some((other) => other.trial > 1);
  return element(
    "li",
    {},
    element(
      "button",
      { class: `question ${probe.outcome}`, type: "button", onclick: () => openProbe(probe) },
      element("span", { class: `mark ${probe.outcome}`, "aria-hidden": "true" }, mark),
      element(
        "span",
        { class: "said" },
        element("span", { class: "outcome" }, outcomeOf(probe), " ", momentOf(probe), probe.facts.length ? `: ${probe.facts.join(", ")}` : ""),
        element("span", { class: "asked" }, `“${text(probe.question)}”`),
        element("span", { class: "answered" }, hidden("answered: "), text(probe.reply) || (probe.outcome === "error" ? text(probe.why) : "(no reply)")),
        element(
          "span",
          { class: "place" },
          `${scenario.name} · ${scenario.file}:${probe.line} · ${probe.guarantee}`,
          several ? ` · trial ${probe.trial}` : "",
        ),
      ),
      element("span", { class: "wanted" }, element("span", { class: "label" }, "expected "), text(probe.expected), factTraceOf(probe)),
    ),
  );
}

function showQuestions(place) {
  const failedAfter = data.probes.some((probe) => hasFailed(probe) && probe.arm === "treated");
  const wanted = { words: "", outcome: data.probes.some(hasFailed) ? "failed" : "", disruption: "", guarantee: "", lost: "", arm: failedAfter ? "treated" : "" };
  const haystacks = data.probes.map((probe) => {
    const scenario = scenarioOf(probe);
    return [text(probe.question), text(probe.reply), text(probe.expected), text(probe.why), scenario.name, `${scenario.file}:${probe.line}`, probe.guarantee, probe.anomaly || "", probe.facts.join(" ")].join("\n").toLowerCase();
  });
  const list = element("ol", { class: "list" });
  const status = element("p", { class: "status", role: "status" });
  let filled = null;
  function fill() {
    filled?.stop();
    filled?.more.remove();
    const words = wanted.words.toLowerCase().split(/\s+/).filter(Boolean);
    const found = data.probes.filter(
      (probe, index) =>
        (!wanted.outcome || (wanted.outcome === "failed" ? hasFailed(probe) : probe.outcome === wanted.outcome)) &&
        (!wanted.disruption || String(probe.disruption) === wanted.disruption) &&
        (!wanted.guarantee || probe.guarantee === wanted.guarantee) &&
        (!wanted.lost || probe.lost === wanted.lost) &&
        (!wanted.arm || probe.arm === wanted.arm) &&
        words.every((word) => haystacks[index].includes(word)),
    );
    status.textContent = found.length ? `${count(found.length)} of ${plural(data.probes.length, "question")}` : "No question is like that.";
    filled = fillLazily(list, found, 40, questionRow);
    place.append(filled.more);
  }
  const set = (name) => (value) => { wanted[name] = value; fill(); };
  const search = element("input", { type: "search", placeholder: "words, a file, a value …", oninput: () => set("words")(search.value) });
  const guarantees = [...new Set(data.probes.map((probe) => probe.guarantee))].sort();
  place.append(
    element(
      "div",
      { class: "tools", role: "search" },
      element("label", { class: "choice grow" }, element("span", {}, "Search"), search),
      choice("Outcome", [["", "any"], ["failed", "lost or error"], ...Object.entries(OUTCOMES).map(([value, [, words]]) => [value, words.toLowerCase()])], wanted.outcome, set("outcome")),
      choice("Asked", [["", "before and after"], ["treated", "after"], ["control", "before"]], wanted.arm, set("arm")),
      choice("Disruption", [["", "any"], ...data.disruptions.map((disruption, index) => [String(index), disruption.name])], "", set("disruption")),
      choice("Guarantee", [["", "any"], ...guarantees.map((name) => [name, name])], "", set("guarantee")),
      choice("Lost at", [["", "any"], ...STAGES.map((stage) => [stage, stage])], "", set("lost")),
    ),
    status,
    list,
  );
  fill();
}
