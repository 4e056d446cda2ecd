import type { Faker } from "@faker-js/faker";

/** Texts that visitors bring with them; each visitor keeps some of them. They are printable ASCII without quotes. */
export interface Pools {
  /**
   * User agents of people, or of the apps or services that send the requests. A common one is in the list many times.
   */
  readonly agents: readonly string[];
  /** User agents of bots. Services are all programs, so here they have the user agents of services. */
  readonly bots: readonly string[];
  /** Where a visit comes from: another site, or `-` if it is not known. */
  readonly referrers: readonly string[];
  /** What people search for, written as in a query string. */
  readonly searches: readonly string[];
}

/** What sends the requests. */
type Agents = "browsers" | "app" | "services";

/**
 * Draws the pools with Faker, whose English words are loaded only for this. Faker draws which texts there are and how
 * often. The texts themselves look like those of today's clients, because Faker's own user agents name browsers of
 * 2015. Nothing here asks for a date, so the clock plays no part.
 * @param seed 32 bits
 */
export async function makePools(seed: number, agents: Agents): Promise<Pools> {
  const { faker: shared } = await import("@faker-js/faker/locale/en");
  // We use an instance of our own. The shared one belongs to the caller, who may have seeded it.
  const faker = new (shared.constructor as typeof Faker)({ locale: shared.rawDefinitions, seed });
  const client = { browsers: browser, app: mobileApp, services: service }[agents];
  const name = slug(faker.internet.domainWord());
  return {
    agents: Array.from({ length: 512 }, () => client(faker, name)),
    bots: Array.from({ length: 64 }, () => (agents === "services" ? service(faker) : bot(faker))),
    referrers: Array.from({ length: 256 }, () => referrer(faker)),
    searches: Array.from({ length: 64 }, () =>
      slug(faker.datatype.boolean(0.3) ? faker.commerce.productName() : faker.commerce.product(), "+"),
    ),
  };
}

type Weighted = { weight: number; value: () => string };

function draw(faker: Faker, choices: readonly Weighted[]): string {
  return faker.helpers.weightedArrayElement(choices)();
}

/**
 * Draws one of the last few releases: half of the clients have the newest, half of the others the one before it, and so
 * on.
 */
function release(faker: Faker, newest: number): number {
  let age = 0;
  for (let share = 1 - faker.number.float({ max: 0.99 }); share <= 0.5; share *= 2) age++;
  return newest - age;
}

/** Shares of browsers on the web as StatCounter gives them for late 2025, rounded. */
function browser(faker: Faker): string {
  const webkit = "AppleWebKit/537.36 (KHTML, like Gecko)";
  const windows = "Windows NT 10.0; Win64; x64";
  const mac = "Macintosh; Intel Mac OS X 10_15_7"; // all browsers report this version, whatever the real one
  const android = "Linux; Android 10; K"; // Chrome reports this version, whatever the real one
  const chrome = (system: string, mobile = "", behind = "") => {
    const version = release(faker, 143);
    const edge = behind === "" ? "" : ` ${behind}/${version}.0.0.0`;
    return `Mozilla/5.0 (${system}) ${webkit} Chrome/${version}.0.0.0${mobile} Safari/537.36${edge}`;
  };
  const firefox = (system: string) => {
    const version = release(faker, 146);
    return `Mozilla/5.0 (${system}; rv:${version}.0) Gecko/20100101 Firefox/${version}.0`;
  };
  const safari = (device: (version: string) => string, mobile = "", end = "605.1.15") => {
    const version = faker.helpers.weightedArrayElement([
      { weight: 5, value: "26.1" },
      { weight: 3, value: "18.6" },
      { weight: 2, value: `18.${faker.number.int({ max: 5 })}` },
      { weight: 1, value: `17.${faker.number.int({ max: 6 })}` },
    ]);
    return `Mozilla/5.0 (${device(version)}) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/${version}${mobile} Safari/${end}`;
  };
  const iPhone = (version: string) =>
    `iPhone; CPU iPhone OS ${version.startsWith("26") ? "18_7" : version.replace(".", "_")} like Mac OS X`;
  return draw(faker, [
    { weight: 28, value: () => chrome(windows) },
    { weight: 27, value: () => chrome(android, " Mobile") },
    { weight: 20, value: () => safari(iPhone, " Mobile/15E148", "604.1") },
    { weight: 6, value: () => chrome(windows, "", "Edg") },
    { weight: 5, value: () => safari(() => mac) },
    { weight: 5, value: () => chrome(mac) },
    { weight: 3, value: () => firefox(windows) },
    { weight: 2, value: () => chrome("X11; Linux x86_64") },
    { weight: 1, value: () => firefox("X11; Linux x86_64") },
    {
      weight: 2,
      value: () =>
        `Mozilla/5.0 (${android}) ${webkit} SamsungBrowser/${release(faker, 29)}.0 Chrome/136.0.0.0 Mobile Safari/537.36`,
    },
  ]);
}

function mobileApp(faker: Faker, name: string): string {
  const version = `${release(faker, 9)}.${faker.number.int({ max: 12 })}.${faker.number.int({ max: 3 })}`;
  return draw(faker, [
    {
      weight: 45,
      value: () =>
        `${name}/${version} (iPhone; iOS 18.${faker.number.int({ max: 7 })}; Scale/3.00) CFNetwork/1568.300.101 Darwin/24.6.0`,
    },
    {
      weight: 55,
      value: () =>
        `${name}/${version} (Android ${faker.number.int({ min: 12, max: 16 })}; ${faker.helpers.arrayElement(["SM-S921B", "SM-A546B", "Pixel 8", "Pixel 9 Pro", "M2101K6G", "CPH2591"])}) okhttp/4.12.0`,
    },
  ]);
}

function service(faker: Faker): string {
  return draw(faker, [
    { weight: 4, value: () => "Go-http-client/1.1" },
    { weight: 3, value: () => `okhttp/4.${faker.number.int({ min: 9, max: 12 })}.0` },
    { weight: 3, value: () => `python-requests/2.${faker.number.int({ min: 28, max: 32 })}.0` },
    { weight: 3, value: () => `Apache-HttpClient/5.${faker.number.int({ min: 1, max: 4 })} (Java/21.0.5)` },
    { weight: 2, value: () => `axios/1.${faker.number.int({ min: 4, max: 9 })}.0` },
    { weight: 1, value: () => `curl/8.${faker.number.int({ min: 5, max: 14 })}.0` },
  ]);
}

function bot(faker: Faker): string {
  const webkit = "AppleWebKit/537.36 (KHTML, like Gecko;";
  return faker.helpers.weightedArrayElement(
    [
      "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
      `Mozilla/5.0 ${webkit} compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/116.0.1938.76 Safari/537.36`,
      `Mozilla/5.0 ${webkit} compatible; GPTBot/1.2; +https://openai.com/gptbot)`,
      "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
      "Mozilla/5.0 (compatible; SemrushBot/7~bl; +http://www.semrush.com/bot.html)",
      "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)",
      "Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)",
      `python-requests/2.${faker.number.int({ min: 28, max: 32 })}.0`,
    ].map((value, i) => ({ weight: 8 - i, value })),
  );
}

/** Search engines and networks give only their address. Other sites that link here give the page. */
function referrer(faker: Faker): string {
  return draw(faker, [
    { weight: 40, value: () => "-" },
    { weight: 36, value: () => "https://www.google.com/" },
    { weight: 4, value: () => "https://www.bing.com/" },
    { weight: 2, value: () => "https://duckduckgo.com/" },
    { weight: 4, value: () => "https://l.facebook.com/" },
    { weight: 3, value: () => "https://l.instagram.com/" },
    { weight: 2, value: () => "https://chatgpt.com/" },
    {
      weight: 9,
      value: () =>
        `https://${slug(faker.internet.domainWord())}.example/${slug(faker.company.catchPhraseNoun())}`,
    },
  ]);
}

function slug(text: string, between = "-"): string {
  return text
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "")
    .join(between);
}
