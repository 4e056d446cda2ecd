import { isIP } from "node:net";
import fc from "fast-check";
import { expect, it } from "vitest";
import { isAddress } from "#lib/read/fields/address";

// Texts of the pieces of addresses, so that many of them are one, and many nearly.
const group = fc.constantFrom("0", "1", "ab", "FFFF", "12345", "g", "", "00");
const ipv4 = fc.constantFrom("1.2.3.4", "255.255.255.255", "256.1.1.1", "01.2.3.4", "1.2.3", "1.2.3.4.5");
const separator = fc.constantFrom(":", ":", ":", ":", "::", "", ".", "%", " ");
const text = fc
  .array(fc.tuple(fc.oneof({ weight: 6, arbitrary: group }, ipv4), separator), { maxLength: 10 })
  .map((pieces) => pieces.flat().join(""))
  .chain((whole) => fc.constantFrom(whole, whole.slice(0, -1), `::${whole}`, `::${whole.slice(0, -1)}`));
const groups = fc
  .array(fc.constantFrom("0", "db8", "ffff"), { minLength: 6, maxLength: 9 })
  .map((parts) => parts.join(":"));

it("takes the addresses that Node takes, without a zone", () => {
  let addresses = 0;
  fc.assert(
    fc.property(fc.oneof(text, groups), (address) => {
      const isOne = isIP(address) !== 0 && !address.includes("%");
      if (isOne) addresses++;
      // It must not look at what stands beside it.
      const bytes = Buffer.from(`:${address}:`);
      expect(isAddress(bytes, 1, bytes.length - 1)).toBe(isOne);
    }),
    { numRuns: 20_000, seed: 1 },
  );
  expect(addresses).toBeGreaterThan(1_000);
});
