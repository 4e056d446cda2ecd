/** One of several panels of a chart: the number in the names of its axes, and its position as shares of the chart. */
export interface GridPanel {
  /** Empty for the first, then 2, 3, …, as Plotly numbers axes. */
  readonly number: string;
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  /** Whether no panel is below it. */
  readonly isLowest: boolean;
}

/** Panels in rows of two. */
export interface Grid {
  readonly rows: number;
  readonly panels: readonly GridPanel[];
  /** The title of a panel, above it, as an annotation; `text` is escaped. */
  title(panel: number, text: string): object;
}

const most = 2; // side by side
const between = 0.08; // of the width
const titleRoom = 22; // CSS pixels
const axisRoom = 16;

/**
 * Places panels in rows of two, from the left and from the top.
 * @param height of a panel with its title and its axis, in CSS pixels
 */
export function gridOf(count: number, height: number, axis = axisRoom): Grid {
  const columns = Math.min(most, count);
  const rows = Math.ceil(count / columns);
  const width = (1 - between * (columns - 1)) / columns;
  const panels = Array.from({ length: count }, (_, i): GridPanel => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    const left = column * (width + between);
    const top = 1 - row / rows;
    return {
      number: i === 0 ? "" : String(i + 1),
      x: [left, left + width],
      y: [top - (height - axis) / (height * rows), top - titleRoom / (height * rows)],
      isLowest: i + columns >= count,
    };
  });
  return {
    rows,
    panels,
    title: (panel, text) => panelTitle(text, panels[panel]!.x[0], panels[panel]!.y[1]),
  };
}

/** The title of a panel as an annotation, with its lower left corner at a place in shares of the chart; `text` is escaped. */
export function panelTitle(text: string, x: number, y: number): object {
  return {
    text,
    x,
    y,
    xref: "paper",
    yref: "paper",
    xanchor: "left",
    yanchor: "bottom",
    showarrow: false,
    font: { size: 12 },
  };
}
