(name, evenHidden) => {
  // The order in which a person's name for a thing is understood:
  // data-test, label of a field, aria-label, whole text of something to press, beginning of that text.
  const visible = (thing) => evenHidden || (thing.getClientRects().length > 0 && getComputedStyle(thing).visibility !== "hidden");
  const tidy = (text) => (text ?? "").replace(/\s+/g, " ").trim();
  const all = (selector) => Array.from(document.querySelectorAll(selector));
  const pressable = "button, a, summary, label, option, [role=button], [role=radio], [role=checkbox], [role=tab], [role=menuitem], [role=option], [role=link]";
  // A dialog hides what lies behind it.
  const dialog = all("dialog[open]").pop();
  const reachable = (thing) => visible(thing) && (!dialog || dialog.contains(thing));
  const groups = [
    () => all(`[data-test="${CSS.escape(name)}"]`),
    () => all("label").filter((label) => tidy(label.innerText) === name).map((label) => label.control ?? label),
    () => all("input, textarea, select, [role=textbox]").filter((field) => Array.from(field.labels ?? []).some((label) => tidy(label.innerText).startsWith(name))),
    () => all("[aria-labelledby]").filter((thing) => tidy(thing.getAttribute("aria-labelledby").split(/\s+/).map((id) => document.getElementById(id)?.innerText).join(" ")) === name && thing.matches("input, textarea, select, button")),
    () => all("[aria-label]").filter((thing) => tidy(thing.getAttribute("aria-label")) === name),
    () => all(pressable).filter((thing) => tidy(thing.innerText) === name),
    () => all(pressable).filter((thing) => tidy(thing.innerText).startsWith(name)),
  ];
  for (const group of groups) {
    const found = group().find(reachable);
    if (found) return found;
  }
  return null;
}
