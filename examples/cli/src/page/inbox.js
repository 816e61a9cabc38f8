// Adds what reading does not need: deadlines that tick, keys to move with, the verdict while one writes.
"use strict";

const started = Date.now();
const served = Number(document.body.dataset.now);

/** The engine's own time, whatever this machine's clock says. */
const now = () => served + (Date.now() - started);

const span = (millis) => {
  const minutes = Math.floor(millis / 60000);
  if (minutes < 1) return "under 1 min";
  if (minutes < 60) return `${minutes} min`;
  const [large, small, units] = minutes < 1440
    ? [Math.floor(minutes / 60), minutes % 60, ["h", "min"]]
    : [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60), ["d", "h"]];
  return small ? `${large} ${units[0]} ${small} ${units[1]}` : `${large} ${units[0]}`;
};

const tick = () => {
  for (const time of document.querySelectorAll("time[data-due]")) {
    const left = Number(time.dataset.due) - now();
    time.textContent = left < 0 ? `overdue by ${span(-left)}` : `due in ${span(left)}`;
    time.className = `due due-${left < 0 ? "late" : left < 1800000 ? "soon" : "calm"}`;
  }
};
if (served) setInterval(tick, 5000);

const move = (by) => {
  const links = [...document.querySelectorAll(".row-link")];
  if (!links.length) return;
  const here = links.indexOf(document.activeElement);
  const next = here < 0 ? 0 : Math.min(links.length - 1, Math.max(0, here + by));
  links[next].focus();
  links[next].closest("li")?.scrollIntoView({ block: "nearest" });
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, select, textarea")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key === "/") {
    event.preventDefault();
    document.getElementById("q")?.focus();
  } else if (event.key === "u") document.getElementById("to-queue")?.click();
});

// The verdict on what is being written, half a second after the last key.
const writing = document.querySelector("form[data-verdict]");
if (writing) {
  const verdict = document.getElementById("verdict");
  let pause, latest = 0;
  const judge = async () => {
    const mine = ++latest;
    const body = new URLSearchParams(new FormData(writing));
    const answer = await fetch(writing.dataset.verdict, { method: "POST", body }).catch(() => null);
    if (answer?.ok && mine === latest) verdict.innerHTML = await answer.text();
  };
  writing.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(judge, 500);
  });
}

// Replies on their way, until they have arrived; not while somebody decides about one.
const follow = async () => {
  const replies = document.querySelector("#replies[data-again]");
  if (!replies) return;
  if (!replies.contains(document.activeElement)) {
    const answer = await fetch(replies.dataset.again).catch(() => null);
    if (answer?.ok) replies.outerHTML = await answer.text();
  }
  setTimeout(follow, 2000);
};
setTimeout(follow, 1500);
