import { TAB } from "../../ascii.js";
import { FieldTexts, fieldReader } from "../fields/fields.js";
import { damagedTarget } from "../fields/request.js";
import { partEnd } from "../fields/words.js";
import { type LineFormat, otherFormat } from "../row.js";
import { CLIENT, DURATION, STATUS, TARGET, TIMESTAMP } from "./wordLog.js";

/**
 * Amazon CloudFront's real-time log with all of its fields, in the order in which CloudFront delivers them, separated
 * by tabs. (Its standard log names its fields itself and is read as w3c.) The fields that are read are timestamp (1),
 * c-ip (2), sc-status (4), cs-uri-stem (9; CloudFront encodes it) and time-taken in seconds (14). A configuration with
 * fewer fields needs a `#Fields` line of its own before the log. Source: AWS, "Real-time logging: fields".
 */
export const cloudfrontRealtime: LineFormat = {
  title: "Amazon CloudFront real-time log",
  reading: (options) => {
    const texts = new FieldTexts();
    const readFields = fieldReader(options, options.timeUnit ?? "s");
    const fieldOf = new Int8Array(14).fill(-1);
    fieldOf[0] = TIMESTAMP;
    fieldOf[1] = CLIENT;
    fieldOf[3] = STATUS;
    fieldOf[8] = TARGET;
    fieldOf[13] = DURATION;
    return {
      read: (bytes, start, end, row) => {
        texts.bytes = bytes;
        let column = 0;
        for (let at = start; at <= end; column++) {
          const to = partEnd(bytes, TAB, at, end);
          const field = column < fieldOf.length ? fieldOf[column] : -1;
          if (field >= 0) {
            texts.start[field] = at;
            texts.end[field] = to;
          }
          at = to + 1;
        }
        if (column < 40) return fewerFields;
        return readFields(texts, row) ?? damagedTarget(bytes, texts.start[TARGET], texts.end[TARGET]);
      },
    };
  },
};

const fewerFields = otherFormat("fewer fields with tabs between than CloudFront's real-time log has");
