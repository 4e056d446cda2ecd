// The script of a report: draws the charts, and lets people sort and filter the tables. It gets numbers and our own
// titles as JSON; no text of a log passes through it into the page.
/* global uPlot */
const { charts, bands } = JSON.parse(document.getElementById("data").textContent);
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const clear = (name, share) => {
  const [r, g, b] = colour(name)
    .match(/[\da-f]{2}/gi)
    .map((pair) => Number.parseInt(pair, 16));
  return `rgba(${r}, ${g}, ${b}, ${share})`;
};
const clock = uPlot.fmtDate("{HH}:{mm}");
const day = uPlot.fmtDate("{YYYY}-{MM}-{DD}");
/** Hours and minutes, and the date below the first tick of each day. */
const moments = (_plot, ticks, _, __, step) =>
  ticks.map((tick, i) => {
    const date = utc(tick);
    const newDay = i === 0 || day(utc(ticks[i - 1])) !== day(date);
    const time = step < 86_400 ? clock(date) : "";
    return newDay ? `${time}\n${day(date)}`.trim() : time;
  });
const utc = (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC");
let drawn = [];

function shade(plot) {
  const { ctx, bbox } = plot;
  for (const { kind, from, to } of bands) {
    const left = Math.max(bbox.left, plot.valToPos(from / 1000, "x", true));
    const right = Math.min(bbox.left + bbox.width, plot.valToPos(to / 1000, "x", true));
    if (right <= left) continue;
    ctx.fillStyle = clear(kind, 0.18);
    // alerts are a strip at the top, so that both can be seen where they overlap
    const height = kind === "alert" ? bbox.height / 12 : bbox.height;
    ctx.fillRect(left, bbox.top, Math.max(2, right - left), height);
  }
}

function draw() {
  for (const plot of drawn) plot.destroy();
  drawn = charts.map(({ id, axis, logarithmic, lines, data }) => {
    const place = document.getElementById(id);
    const look = {
      stroke: colour("text"),
      grid: { stroke: colour("rule"), width: 1 },
      ticks: { stroke: colour("rule") },
    };
    const marks = ["solid", [6, 4], [2, 3]]; // for readers who cannot tell the colours apart
    return new uPlot(
      {
        width: place.clientWidth,
        height: 240,
        tzDate: utc,
        scales: {
          y: logarithmic
            ? { distr: 3 }
            : { range: (_, low, high) => [Math.min(0, low), high > 0 ? high * 1.05 : 1] },
        },
        axes: [
          { ...look, values: moments, space: 84 }, // a date is 75 pixels wide
          { ...look, label: axis, size: 64 },
        ],
        series: [
          { label: "time (UTC)", value: "{YYYY}-{MM}-{DD} {HH}:{mm}" },
          ...lines.map(({ title, meaning }, i) => ({
            label: title,
            stroke: colour(meaning),
            width: 2,
            ...(i > 0 && { dash: marks[i] }),
            points: { show: data[0].length < 3 },
          })),
        ],
        hooks: { drawClear: [shade] },
      },
      data,
      place,
    );
  });
}

draw();
for (const change of ["(prefers-color-scheme: dark)", "print"])
  matchMedia(change).addEventListener("change", draw); // a print has the light colours
let wait;
addEventListener("resize", () => {
  clearTimeout(wait);
  wait = setTimeout(draw, 100);
});

for (const table of document.querySelectorAll(".table table")) {
  const body = table.tBodies[0];
  const sortKey = (row, column) => {
    const cell = row.cells[column];
    const { value } = cell.dataset;
    if (cell.classList.contains("empty")) return undefined;
    return cell.classList.contains("number") ? Number(value) : (value ?? cell.textContent);
  };
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    head.firstChild.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") !== "descending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const order = (a, b) => {
        const [x, y] = [sortKey(a, column), sortKey(b, column)];
        if (x === undefined || y === undefined) return (x === undefined) - (y === undefined); // missing values last
        return (x < y ? -1 : x > y ? 1 : 0) * (down ? -1 : 1);
      };
      body.append(...[...body.rows].sort(order));
    });
  });
  table.parentElement.querySelector("input")?.addEventListener("input", ({ target }) => {
    const wanted = target.value.toLowerCase();
    for (const row of body.rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
  });
}
