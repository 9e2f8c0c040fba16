/* The search of the archive. It reads files that `monitor/site/search.py` describes and that lie
   beside it; nothing leaves this machine. Part of policy-monitor, EUPL-1.2. */
"use strict";

(function () {
  const SHARES = 512;
  const HEAD = 4;
  const LONGEST_WORD = 40;
  const SHORT = 4;
  const WORDS_TRIED = 64;
  const SHARES_READ = { begun: 4, inside: 12 };
  const CHUNK = 16;
  const SHOWN = 10;

  const input = document.getElementById("q");
  const list = document.getElementById("results");
  const status = document.getElementById("status");
  const more = document.getElementById("more");
  const said = list.dataset;

  // --- words, as the index has them ---------------------------------------------------------

  const SPELLED = { "ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ё": "е" };

  function folded(text) {
    const lower = text.normalize("NFC").toLowerCase().replace(/[äöüßё]/g, (c) => SPELLED[c]);
    return lower.normalize("NFKD").replace(/[\u0300-\u036f]+/g, "");
  }

  function wordsOf(text) {
    const found = folded(text).match(/[\p{L}\p{N}]+/gu) || [];
    return found.map((word) => [...word].slice(0, LONGEST_WORD).join("")).filter((w) => w.length > 1);
  }

  function shareOf(word) {
    let state = 0x811c9dc5;
    for (const char of [...word].slice(0, HEAD)) {
      state = Math.imul(state ^ char.codePointAt(0), 0x01000193) >>> 0;
    }
    return state % SHARES;
  }

  // --- files, each read once ----------------------------------------------------------------

  const files = new Map();

  function file(path) {
    if (!files.has(path)) {
      const coming = fetch(said.files + path).then((answer) => {
        if (answer.status === 404) return "";
        if (!answer.ok) throw new Error(path);
        return answer.text();
      });
      coming.catch(() => files.delete(path));
      files.set(path, coming);
    }
    return files.get(path);
  }

  let vocabulary = null;

  async function known() {
    vocabulary = vocabulary || "\n" + (await file("words.txt")) + "\n";
    return vocabulary;
  }

  const shares = new Map();

  async function share(number) {
    if (!shares.has(number)) {
      const text = await file("words/" + String(number).padStart(3, "0") + ".txt");
      shares.set(number, "\n" + text);
    }
    return shares.get(number);
  }

  const chunks = new Map();

  async function shownOf(alert) {
    const number = Math.floor(alert / CHUNK);
    if (!chunks.has(number)) {
      chunks.set(number, JSON.parse((await file("alerts/" + number + ".json")) || "{}"));
    }
    return chunks.get(number)[alert];
  }

  // --- from words to alerts -----------------------------------------------------------------

  /* Words that hold the term: itself first, then those that begin with it, then, if asked for,
     those in which it stands (Verweigerung in Kriegsdienstverweigerung); of these the shortest,
     which are nearest. A short term that is a word itself means just that: EU, not Europa. */
  function forms(all, term, reach) {
    const exact = [], begun = [], inside = [];
    for (let at = all.indexOf(term); at >= 0; at = all.indexOf(term, at + 1)) {
      const start = all.lastIndexOf("\n", at) + 1;
      const end = all.indexOf("\n", at);
      const word = all.slice(start, end);
      if (start !== at) inside.push([word, 1]);
      else if (word === term) exact.push([word, 4]);
      else begun.push([word, 3]);
      at = end - 1;
    }
    const nearest = (one, other) => one[0].length - other[0].length || (one[0] < other[0] ? -1 : 1);
    const found = [...exact];
    if (term.length >= SHORT || !exact.length) found.push(...begun.sort(nearest));
    if (term.length >= SHORT && reach === "inside") found.push(...inside.sort(nearest));
    const tried = [], read = new Set();
    for (const form of found) {
      const number = shareOf(form[0]);
      if (tried.length >= WORDS_TRIED) break;
      if (!read.has(number) && read.size >= SHARES_READ[reach]) continue;
      read.add(number);
      tried.push(form);
    }
    return { tried, cut: tried.length < found.length };
  }

  function numbersIn(text, word) {
    const start = text.indexOf("\n" + word + " ");
    if (start < 0) return [];
    const from = start + word.length + 2;
    const told = text.slice(from, text.indexOf("\n", from)).split(" ");
    let number = 0;
    return told.map((gap, place) => {
      number = place ? number - parseInt(gap, 36) : parseInt(gap, 36);
      return number;
    });
  }

  async function scored(all, term, reach) {
    const { tried, cut } = forms(all, term, reach);
    const texts = await Promise.all(tried.map(([word]) => share(shareOf(word))));
    const scores = new Map();
    tried.forEach(([word, worth], place) => {
      for (const number of numbersIn(texts[place], word)) {
        const alert = Math.floor(number / 2);
        const score = worth + (number % 2) * 3;
        if (score > (scores.get(alert) || 0)) scores.set(alert, score);
      }
    });
    return { scores, cut };
  }

  async function search(terms, reach) {
    const all = await known();
    const each = await Promise.all(terms.map((term) => scored(all, term, reach)));
    each.sort((one, other) => one.scores.size - other.scores.size);
    const [first, ...rest] = each;
    const found = [];
    for (const [alert, score] of first.scores) {
      let sum = score;
      if (rest.every(({ scores }) => (sum += scores.get(alert) || NaN, scores.has(alert)))) {
        found.push([alert, sum]);
      }
    }
    found.sort((one, other) => other[1] - one[1] || other[0] - one[0]);
    return { alerts: found.map(([alert]) => alert), cut: each.some((one) => one.cut) };
  }

  // --- on the page --------------------------------------------------------------------------

  function marked(text, terms) {
    const parts = document.createDocumentFragment();
    let plain = "";
    const flush = () => { parts.append(plain); plain = ""; };
    for (const piece of text.split(/([\p{L}\p{N}\p{M}]+)/u)) {
      const word = folded(piece);
      if (piece && terms.some((term) => word === term || (term.length >= SHORT && word.includes(term)))) {
        flush();
        const mark = document.createElement("mark");
        mark.textContent = piece;
        parts.append(mark);
      } else plain += piece;
    }
    flush();
    return parts;
  }

  function row(alert, shown, terms) {
    const [story, title, day, source, lang, excerpt] = shown;
    const item = document.createElement("li");
    const meta = document.createElement("p");
    meta.className = "kicker";
    const time = document.createElement("time");
    time.dateTime = day;
    time.textContent = new Date(day + "T12:00:00Z").toLocaleDateString(document.documentElement.lang, { dateStyle: "medium" });
    meta.append(time, " · " + source);
    const head = document.createElement("h2");
    const link = document.createElement("a");
    link.href = said.alerts + story + ".html" + (story === alert ? "" : "#a-" + alert);
    link.append(marked(title, terms));
    head.append(link);
    const text = document.createElement("p");
    text.className = "excerpt";
    text.append(marked(excerpt, terms));
    for (const node of [head, text]) {
      node.dir = "auto";
      if (lang) node.lang = lang;
    }
    item.append(meta, head, text);
    return item;
  }

  let asked = 0;
  let showMore = () => {};

  /* The rows of the alerts from place `at` on, a story once, and where to go on. */
  async function rowsOf(alerts, terms, told, at) {
    const rows = [];
    while (rows.length < SHOWN && at < alerts.length) {
      const some = alerts.slice(at, at + SHOWN - rows.length);
      at += some.length;
      const shown = await Promise.all(some.map(shownOf));
      some.forEach((alert, place) => {
        if (shown[place] && !told.has(shown[place][0])) {
          told.add(shown[place][0]);
          rows.push(row(alert, shown[place], terms));
        }
      });
    }
    return [rows, at];
  }

  function sayHowMany(count, cut) {
    const number = count.toLocaleString(document.documentElement.lang);
    const told = count === 0 ? said.none : count === 1 ? said.one : said.many.replace("{n}", number);
    status.textContent = cut ? told + " · " + said.close : told;
  }

  /* Words that begin with the terms are answered at once, parts of words a moment later. */
  async function answer() {
    const mine = ++asked;
    const terms = [...new Set(wordsOf(input.value))].slice(0, 8);
    if (!terms.length) {
      list.replaceChildren();
      status.textContent = "";
      more.hidden = true;
      return;
    }
    try {
      let before = -1;
      for (const reach of ["begun", "inside"]) {
        const { alerts, cut } = await search(terms, reach);
        if (alerts.length === before || (reach === "begun" && !alerts.length)) continue;
        before = alerts.length;
        const told = new Set();
        let [rows, at] = await rowsOf(alerts, terms, told, 0);
        if (mine !== asked) return;
        list.replaceChildren(...rows);
        sayHowMany(alerts.length, cut && reach === "inside");
        more.hidden = at >= alerts.length;
        showMore = async () => {
          [rows, at] = await rowsOf(alerts, terms, told, at);
          list.append(...rows);
          more.hidden = at >= alerts.length;
          if (rows.length) rows[0].querySelector("a").focus();
        };
      }
    } catch (error) {
      if (mine === asked) status.textContent = said.failed;
    }
  }

  input.value = new URLSearchParams(location.search).get("q") || "";
  input.addEventListener("input", answer);
  input.form.addEventListener("submit", (event) => {
    event.preventDefault();
    history.replaceState(null, "", "?q=" + encodeURIComponent(input.value));
    answer();
  });
  more.addEventListener("click", () => showMore());
  known().catch(() => {});
  answer();
})();
