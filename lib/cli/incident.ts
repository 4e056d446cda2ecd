import type { Command } from "commander";
import { InputError, quoted } from "../errors.js";
import type { IncidentShape } from "../scenario/incidents/kind.js";
import { momentOf, momentText } from "../scenario/moment.js";
import { lengthOf } from "../scenario/spokenMoment.js";
import type { HandIncident } from "../schedule/streamIncidents.js";
import { command } from "./command.js";
import { number } from "./options.js";
import { print, tell } from "./output.js";

/** Adds the command `incident`: starts and ends incidents by hand while a stream runs. */
export function incidentCommand(program: Command): void {
  const incident = command(program, "incident", "begin and end incidents by hand while a stream runs");

  withStream(command(incident, "start", "begin an incident at the next second of the log"))
    .argument("<kind>", "what goes wrong: a kind of incident, or checkout_outage")
    .option("--size <n>", "how bad, in the unit of the kind", number("size"))
    .option("--duration <time>", "how long: 90s, 10m, 2h (default: until it is stopped)")
    .option("--endpoints <route...>", "routes that it affects")
    .option("--clients <share>", "share of the visitors that it affects", number("clients"))
    .option("--shape <name>", "step, ramp or pulse")
    .option("--id <name>", "its name in the answer key")
    .action(async (what, { stream, duration, json, ...given }) => {
      const shape = given.shape as IncidentShape | undefined;
      const length = duration === undefined ? undefined : lengthOf(duration);
      if (duration !== undefined && length === undefined)
        throw new InputError(`duration: must be a time such as 90s, 10m or 2h, not ${quoted(duration)}`);
      const seconds = length === undefined ? undefined : length / 1000;
      const [begun] = await ask({ do: "start", wish: { what, seconds, ...given, shape } }, stream);
      await shown([begun], json);
    });

  withStream(command(incident, "stop", "end an incident at the next second of the log"))
    .argument("[id]", "which (default: the one that lasts until it is stopped)")
    .action(async (id, { stream, json }) => shown(await ask({ do: "stop", id }, stream), json));

  withStream(command(incident, "list", "list the incidents that were begun by hand")).action(
    async ({ stream, json }) => shown(await ask({ do: "list" }, stream), json),
  );
}

function withStream(command: Command): Command {
  return command
    .option("--stream <process>", "process id of the stream, if several run", number("stream"))
    .option("--json", "the answer as JSON");
}

async function ask(order: import("../schedule/streamControl.js").Order, stream: number | undefined) {
  if (stream !== undefined && !Number.isSafeInteger(stream))
    throw new InputError(`stream: must be the number of a process, not ${quoted(stream)}`);
  const { asked } = await import("../schedule/streamControl.js");
  return asked(order, stream);
}

async function shown(incidents: readonly HandIncident[], json: boolean | undefined): Promise<void> {
  if (json) return print(JSON.stringify(incidents.map(({ incident, isOpen }) => ({ ...incident, isOpen }))));
  if (incidents.length === 0) tell("no incident was begun by hand");
  for (const { incident, isOpen } of incidents) {
    const end = isOpen
      ? "until it is stopped"
      : `to ${momentText(momentOf(incident.start)! + incident.seconds)}`;
    tell(`incident ${incident.id} (${incident.kind}): from ${incident.start} ${end}`);
  }
}
