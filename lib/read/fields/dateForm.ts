const date = /^(\d{4})([./-])\d\d\2\d\d|^(\d\d)([./-])(\d\d)\4(\d{4})/;
const clock = /^(,? |T)\d\d:\d\d(:\d\d)?([.,]\d+)?( [AP]M)?$/i;

/**
 * The forms of strptime in which all of the texts may be written, if these are dates with or without a time of day that
 * no format is known for: `02.03.2026 10:11` may have the day first or the month.
 */
export function dateForms(texts: readonly string[]): string[] {
  const [form = "", ...others] = [...new Set(texts.map(formOf))];
  if (form === "" || others.length > 0) return [];
  if (form.startsWith("%Y")) return [form];
  const swapped = form.replace(/^%d(.)%m/, "%m$1%d");
  const isDay = texts.some((text) => Number(text.slice(0, 2)) > 12);
  const isMonth = texts.some((text) => Number(text.slice(3, 5)) > 12);
  return isDay && isMonth ? [] : isDay ? [form] : isMonth ? [swapped] : [form, swapped];
}

/** The form of one text, with the day before the month; empty if it is no such date. */
function formOf(text: string): string {
  const found = date.exec(text);
  if (found === null) return "";
  const [whole, year, first, , second] = found;
  const day = year === undefined ? `%d${second}%m${second}%Y` : `%Y${first}%m${first}%d`;
  if (whole.length === text.length) return day;
  const time = clock.exec(text.slice(whole.length));
  if (time === null) return "";
  const [, between, seconds = "", fraction = "", half = ""] = time;
  return `${day}${between}${half === "" ? "%H" : "%I"}:%M${seconds && ":%S"}${fraction && `${fraction[0]}%f`}${half && " %p"}`;
}
