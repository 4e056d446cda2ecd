/** How many requests, and how they are spread over time. */
export interface Traffic {
  /** First moment of the log, UTC, whole seconds, ISO 8601. Default 2026-01-05T00:00:00Z, a Monday. */
  start: string;
  /** End of the log, excluded; after `start`, at most 50 years later. Default one day after the start. */
  end: string;
  /** Exact number of base records between start and end, 0 to 10 billion. Default 1,000. Give this or `rate`. */
  rows?: number | undefined;
  /** Requests per second as a mean over the week, above 0, up to 1 million. Give this or `rows`. */
  rate?: number | undefined;
  /** Relative intensity at the middle of each hour of the day, UTC; 24 values, 0 or more. */
  hours: number[];
  /** Relative intensity by weekday, Monday first; 7 values, 0 or more. */
  weekdays: number[];
  /** Linear growth in a week, as a share of the intensity at the start; −0.5 to 10; it must not reach 0. */
  trend: number;
  /** Relative variance of the intensity at one second, 0 to 2: index of dispersion = 1 + rate × burstiness. */
  burstiness: number;
  /** Hurst exponent of the counts, 0.5 to 0.95: how slowly bursts average out. Real sites: about 0.8. */
  hurst: number;
}

/** The population and how it behaves. */
export interface Visitors {
  /** Requests in a session: lognormal with this median (0.2 to 1,000) and standard deviation of ln (0 to 2.5). */
  requestsPerSession: Lognormal;
  /** Sessions that go through the whole site, as those of crawlers and editors do. */
  deepVisits: {
    /** Share of all sessions, 0 to 0.5. */
    share: number;
    /** Median number of requests, 1 to 10,000. */
    requests: number;
  };
  /** Mean seconds between a session's requests: lognormal over sessions, median 0.1 to 3,600, spread 0 to 2.5. */
  secondsBetweenRequests: Lognormal;
  /** Share of sessions made by regular visitors, who come again, 0 to 1. */
  returning: number;
  /**
   * Number of regular visitors as a share of the number of sessions, above 0, up to 1. The population grows with the
   * log.
   */
  regulars: number;
  /** Clients that are active all day and night. */
  bots: {
    /** Share of the requests, 0 to 1. */
    share: number;
    /** Number of clients, 1 to 100,000. */
    clients: number;
  };
  /**
   * What sends the requests; it decides the user agents and referrers. Default `browsers`. Apps and services send no
   * referrer.
   */
  agents?: "browsers" | "app" | "services" | undefined;
  /** `public`: any public IPv4 address; `documentation`: only ranges reserved for examples and tests. */
  addresses: "public" | "documentation";
}

/** The server. */
export interface Site {
  /** 1 to 2,000 endpoints. */
  endpoints: Endpoint[];
  /**
   * Whether `{id}` in a route is replaced by a number, Zipf-distributed over the catalogue, in every format. If not,
   * the route is written as it is, braces and all, which a question counts as one endpoint but no server writes. True in
   * all presets but `demo`.
   */
  identifiers: boolean;
  /** Number of items that the identifiers name, 1 to 1 billion. */
  catalogue: number;
  /** Utilisation at the mean rate, 0 to 0.8: a doubled intensity slows answers by (1 − ρ)/(1 − 2ρ). */
  utilisation: number;
  /** Slow drift of all response times: the standard deviation of ln over 10 minutes, 0 to 1. */
  drift: number;
  /** Milliseconds after which a proxy gives up and answers 504; 100 to 3,600,000. */
  timeLimit: number;
}

/** One route of the site. */
export interface Endpoint {
  /**
   * Path, starting with `/`; `{id}`, at most once, stands for an identifier. It is written as it is unless
   * `site.identifiers` is true.
   */
  route: string;
  /** HTTP method. Default GET. */
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD" | "OPTIONS";
  /** Share of the requests, relative to the other endpoints. It is above 0. Default 1. */
  popularity: number;
  /** The part of a visit in which visitors request it most. Its total popularity does not change. Default anywhere. */
  phase?: "entry" | "browse" | "finish" | undefined;
  /**
   * Response time of a 200 in a second that is as busy as the mean, without drift; a number is its median in
   * milliseconds, the rest by default. A busier second takes longer (`site.utilisation`), all times drift
   * (`site.drift`), and other statuses are faster or slower. As most requests come when the site is busier than the
   * mean, the median over a log lies above: at `demo`'s utilisation of 0.3 it is about 88 for 80.
   */
  latency: Latency;
  /** Bytes of a normal answer: lognormal, median 0 to 10,000,000, standard deviation of ln 0 to 1.5. Default by kind. */
  size?: Lognormal | undefined;
  /** Relative frequency of each status code, "100" to "599"; at least one above 0. Default: 200 alone. */
  status: Record<string, number>;
}

/** A lognormal distribution, described by values that can be read off a chart. */
export interface Lognormal {
  /** Median: half of the values lie below. */
  median: number;
  /** Standard deviation of ln, 0 or more. */
  spread: number;
}

/** A log-logistic body and, above the quantile 1 − tail, a Pareto tail. */
export interface Latency {
  /** Median, milliseconds, 0.01 to 600,000. */
  p50: number;
  /** Standard deviation of ln inside the body, 0.01 to 2. Real endpoints: 0.15 to 0.6. Default 0.35. */
  spread: number;
  /** Share of requests in the tail, 0.0001 to 0.5. Default 0.04. */
  tail: number;
  /** Pareto index of the tail, 0.8 to 10: smaller is heavier. Default 1.9. */
  tailIndex: number;
}
