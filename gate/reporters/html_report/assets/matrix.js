// Matrix of scenarios and disruptions with the facts kept, the worst scenario first.
function cellsOf(probes) {
  const cells = new Map();
  for (const probe of probes) {
    if (probe.disruption < 0) continue;
    const key = `${probe.scenario} ${probe.disruption}`;
    if (!cells.has(key)) cells.set(key, { kept: 0, lost: 0, open: 0, before: 0, asked: 0, anomalies: 0, at: {}, first: null });
    const cell = cells.get(key);
    const failed = hasFailed(probe);
    if (failed && (!cell.first || (probe.arm === "treated" && cell.first.arm === "control"))) cell.first = probe;
    if (!cell.any || (cell.any.arm === "control" && probe.arm === "treated")) cell.any = probe;
    if (!probe.recall) cell.anomalies += failed ? 1 : 0;
    else if (probe.arm === "control") {
      cell.asked += probe.outcome === "unscored" ? 0 : 1;
      cell.before += probe.outcome === "remembered" ? 1 : 0;
    } else if (failed) {
      cell.lost += 1;
      if (probe.lost) cell.at[probe.lost] = (cell.at[probe.lost] || 0) + 1;
    } else cell[probe.outcome === "remembered" ? "kept" : "open"] += 1;
  }
  return cells;
}

function describe(cell, scenario, disruption) {
  const asked = cell.kept + cell.lost;
  const at = Object.entries(cell.at).map(([stage, number]) => `${stage} ${number}`).join(", ");
  return [
    `${scenario}, ${disruption}: ${asked ? `${cell.kept} of ${asked} kept` : "nothing scored"}`,
    at && `lost at ${at}`,
    cell.before < cell.asked && `before: ${cell.before} of ${cell.asked}`,
    cell.anomalies && `leaked, made up or not forgotten: ${cell.anomalies}`,
  ].filter(Boolean).join("; ");
}

function matrixCell(cell, scenario, disruption) {
  const asked = cell.kept + cell.lost;
  const kind = cell.lost || cell.anomalies ? "bad" : asked ? "good" : "none";
  const words = describe(cell, scenario.name, disruption.name);
  return element(
    "td",
    {},
    element(
      "button",
      { class: `cell ${kind}`, type: "button", tabindex: -1, title: words, onclick: () => openProbe(cell.first || cell.any) },
      bar(cell.kept, cell.lost, cell.open),
      element(
        "span",
        { class: "cell-text", "aria-hidden": "true" },
        asked ? `${cell.kept}/${asked}` : "–",
        cell.anomalies ? element("span", { class: "flag" }, " ⚑") : null,
        cell.before < cell.asked ? element("span", { class: "flag early" }, " ◂") : null,
      ),
      hidden(words),
    ),
  );
}

function showMatrix(place) {
  const cells = cellsOf(data.probes);
  const cellAt = (scenario, disruption) => cells.get(`${scenario} ${disruption}`);
  const rows = data.scenarios.map((scenario, index) => {
    const own = data.disruptions.map((_, column) => cellAt(index, column)).filter(Boolean);
    const sum = (name) => own.reduce((total, cell) => total + cell[name], 0);
    return { scenario, index, bad: sum("anomalies") * 1000 + sum("lost") / Math.max(1, sum("lost") + sum("kept")), early: own.some((cell) => cell.before < cell.asked), flagged: sum("anomalies") > 0 };
  });
  if (!rows.length) {
    place.append(element("p", { class: "quiet" }, "No question was asked."));
    return;
  }
  let worstFirst = true;
  let onlyBad = false;
  const body = element("tbody", {});
  const head = element(
    "tr",
    {},
    element("th", { scope: "col" }, "Scenario"),
    data.disruptions.map((disruption) => element("th", { scope: "col" }, disruption.name)),
  );
  const rowOf = ({ scenario, index }) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, element("span", { class: "scenario" }, scenario.name), element("span", { class: "file" }, scenario.file)),
      data.disruptions.map((disruption, column) => {
        const cell = cellAt(index, column);
        return cell ? matrixCell(cell, scenario, disruption) : element("td", { class: "quiet" }, "");
      }),
    );
  let filled = null;
  function fill() {
    filled?.stop();
    filled?.more.remove();
    const shown = rows.filter((row) => !onlyBad || row.bad > 0);
    if (worstFirst) shown.sort((left, right) => right.bad - left.bad);
    else shown.sort((left, right) => left.index - right.index);
    filled = fillLazily(body, shown, 60, rowOf);
    place.append(filled.more);
    body.querySelector("button")?.setAttribute("tabindex", "0");
  }
  const tools = element(
    "div",
    { class: "tools" },
    choice("Order", [["worst", "worst first"], ["plan", "as played"]], "worst", (value) => { worstFirst = value === "worst"; fill(); }),
    choice("Show", [["all", `all ${count(rows.length)}`], ["bad", "with losses"]], "all", (value) => { onlyBad = value === "bad"; fill(); }),
    element(
      "p",
      { class: "legend" },
      element("span", { class: "swatch kept" }), " kept ",
      element("span", { class: "swatch lost" }), " lost ",
      element("span", { class: "swatch open" }), " not scored ",
      rows.some((row) => row.flagged) ? [element("span", { class: "flag" }, "⚑"), " leaked or made up "] : null,
      rows.some((row) => row.early) ? [element("span", { class: "flag early" }, "◂"), " missed before, too"] : null,
    ),
  );
  const table = element("table", { class: "matrix", "aria-label": "Facts kept, scenario by disruption" }, element("thead", {}, head), body);
  table.addEventListener("keydown", moveInMatrix);
  table.addEventListener("focusin", (event) => {
    if (!event.target.matches(".cell")) return;
    table.querySelectorAll('.cell[tabindex="0"]').forEach((cell) => cell.setAttribute("tabindex", "-1"));
    event.target.setAttribute("tabindex", "0");
  });
  place.append(tools, element("div", { class: "scroll" }, table));
  fill();
}

// Move within the matrix by arrow keys. The Tab key stops once for the whole matrix.
function moveInMatrix(event) {
  const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  const cell = event.target.closest("td");
  if (!(event.key in steps) || !cell) return;
  const [down, right] = steps[event.key];
  const row = cell.parentElement;
  const rows = [...row.parentElement.rows];
  const next = rows[rows.indexOf(row) + down]?.cells[cell.cellIndex + right]?.querySelector(".cell");
  if (!next) return;
  event.preventDefault();
  next.focus();
}
