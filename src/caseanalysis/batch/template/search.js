"use strict";
(function () {
  const SHOWN = 30;
  const box = document.getElementById("search-box");
  const list = document.getElementById("search-results");
  const status = document.getElementById("search-status");
  const more = document.getElementById("search-more");
  const plain = (text) => text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase()
    .replace(/[\u2018\u2019]/g, "'").replace(/(\d),(?=\d{3})/g, "$1");
  const entries = JSON.parse(document.getElementById("search-data").textContent)
    .map(([kind, text, told, first, second], order) => (
      { kind, text, told, first, second, order, title: plain(text), all: plain(text + " " + told) }));
  let hits = [];
  let terms = [];

  // Every word must be there; a word of the text itself counts more than one told of it, and the
  // beginning of a word more than its middle.
  function score(entry) {
    let total = 0;
    for (const term of terms) {
      const at = entry.all.indexOf(term);
      if (at < 0) return 0;
      const begins = at === 0 || !/[\p{L}\p{N}]/u.test(entry.all[at - 1]);
      total += (at < entry.title.length ? 4 : 1) * (begins ? 3 : 1);
    }
    return total;
  }

  function marked(element, text) {
    const low = plain(text);
    // Where plain text is of another length, places in it are not places in the text.
    if (low.length !== text.length || !terms.length) { element.append(text); return element; }
    const word = new RegExp(terms.map((term) => term.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|"), "g");
    let from = 0;
    for (const found of low.matchAll(word)) {
      element.append(text.slice(from, found.index));
      const mark = document.createElement("mark");
      mark.textContent = text.slice(found.index, found.index + found[0].length);
      element.append(mark);
      from = found.index + found[0].length;
    }
    element.append(text.slice(from));
    return element;
  }

  function made(tag, css) {
    const element = document.createElement(tag);
    if (css) element.className = css;
    return element;
  }

  function item(entry) {
    const row = made("li", "hit");
    const link = marked(made("a"), entry.text);
    link.href = entry.first;
    const kind = made("span", "hit-kind");
    kind.textContent = entry.kind;
    const told = marked(made("span", "hit-told"), entry.told);
    row.append(kind, " ", link, " ", told);
    if (entry.second) {
      const other = made("a", "hit-other");
      other.href = entry.second;
      other.textContent = "in the report";
      const of = made("span", "visually-hidden");
      of.textContent = ": " + entry.text;
      other.append(of);
      row.append(" ", other);
    }
    return row;
  }

  function counted() {
    const counts = new Map();
    for (const hit of hits) counts.set(hit.kind, (counts.get(hit.kind) || 0) + 1);
    return Array.from(counts, ([kind, n]) => n + " " + kind + (n === 1 ? "" : "s")).join(", ");
  }

  function tell() {
    const cut = hits.length > SHOWN && list.children.length < hits.length;
    if (!terms.length) status.textContent = "";
    else if (!hits.length) status.textContent = "Nothing found. Try fewer words, or only the beginning of a word.";
    else status.textContent = (hits.length === 1 ? "1 result" : hits.length + " results") + " (" + counted() + ")"
      + (cut ? "; the first " + list.children.length + " are listed." : ".");
    more.hidden = !cut;
  }

  function show(to) {
    list.append(...hits.slice(list.children.length, to).map(item));
  }

  function look() {
    // One or many: "waits" finds "wait" too.
    terms = plain(box.value).split(/\s+/).filter(Boolean).map((term) => term.replace(/(\p{L}{3})s$/u, "$1"));
    hits = !terms.length ? [] : entries.map((entry) => [score(entry), entry])
      .filter(([points]) => points > 0)
      .sort(([a, one], [b, other]) => b - a || one.order - other.order)
      .map(([, entry]) => entry);
    list.replaceChildren();
    show(SHOWN);
    list.hidden = !hits.length;
  }

  let waiting = 0;
  box.addEventListener("input", () => {
    look();
    // A screen reader is told once the typing pauses.
    clearTimeout(waiting);
    waiting = setTimeout(tell, 250);
    more.hidden = true;
  });
  more.addEventListener("click", () => {
    const next = list.children.length;
    show(hits.length);
    tell();
    list.children[next].querySelector("a").focus();
  });
  document.getElementById("search").hidden = false;
  if (box.value) { look(); tell(); }
}());
