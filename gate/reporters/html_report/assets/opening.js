// The address names the open dialog, so that it can be shared and the Back button closes the dialog.
function openProbe(probe) {
  if (probe.conversation === undefined) {
    dialog.replaceChildren(
      element("div", { class: "conversation-head" }, element("h2", { id: "conversation-title" }, scenarioOf(probe).name), element("button", { type: "button", class: "close", onclick: () => dialog.close() }, "Close")),
      element("div", { class: "conversation-body" }, element("p", {}, "This page has no room for this conversation; transcript.jsonl beside it has it."), element("p", {}, `“${text(probe.question)}”`), element("p", {}, text(probe.reply)), factTraceOf(probe)),
    );
    dialog.showModal();
    return;
  }
  goTo(`question=${data.probes.indexOf(probe)}`);
}

function goTo(hash) {
  if (location.hash === `#${hash}`) follow();
  else location.hash = hash;
}

function follow() {
  const [kind, value] = location.hash.slice(1).split("=");
  if (kind === "question" && data.probes[value]?.conversation !== undefined) showConversation(pairKey(data.probes[value]), data.probes[value]);
  else if (kind === "conversation" && data.conversations[value]) showConversation(pairKey(data.conversations[value]), null);
  else if (dialog.open) dialog.close();
}

dialog.addEventListener("close", () => {
  if (!location.hash) return;
  try {
    history.replaceState(null, "", location.pathname + location.search);
  } catch {
    location.hash = ""; // Some artifact viewers forbid changes of the history.
  }
});
dialog.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close();
});
window.addEventListener("hashchange", follow);
showMatrix(document.getElementById("matrix"));
showQuestions(document.getElementById("questions"));
follow();
document.documentElement.dataset.ready = "yes";
