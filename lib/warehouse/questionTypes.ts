// Made by `node lib/build/question-types.js` from the SQL files in queries/.

/** What each built-in question may be given, by its name. */
export interface QuestionParameters {
  apdex: {
    /** up to here a user is satisfied, up to four times of it tolerating */
    threshold_ms?: number;
    /** how many endpoints, the worst first; NULL for all */
    top?: number | null;
  };
  before_and_after: {
    /** the first instant of "after"; NULL for the middle of the log, on a full minute */
    moment?: string | Date | null;
    /** how much to compare on each side; NULL for all there is */
    minutes?: number | null;
  };
  busiest_clients: {
    /** how many clients, the busiest first */
    top?: number;
  };
  error_rate: Record<string, never>;
  error_rate_over_time: {
    /** width of a bucket; NULL chooses one: 300 buckets at most, 30 requests in each on average, where the log is long enough */
    bucket_minutes?: 1 | 5 | 10 | 15 | 30 | 60 | 120 | 180 | 240 | 360 | 720 | 1440 | null;
  };
  failing_endpoints: {
    /** how many endpoints, the most failed requests first */
    top?: number;
  };
  overview: Record<string, never>;
  rare_status_codes: {
    /** a code is rare when at most this share of the requests ended with it */
    percent?: number;
  };
  response_time_histogram: {
    /** width of a bin in milliseconds; NULL for 20 to 50 bins up to the 99th percentile */
    bin_ms?: number | null;
  };
  response_times_by_endpoint: {
    /** how many endpoints, the most requested first; NULL for all */
    top?: number | null;
  };
  response_times_over_time: {
    /** width of a bucket; NULL chooses one: 300 buckets at most, 30 requests in each on average, where the log is long enough */
    bucket_minutes?: 1 | 5 | 10 | 15 | 30 | 60 | 120 | 180 | 240 | 360 | 720 | 1440 | null;
  };
  sessions: {
    /** a client that is silent for longer starts a new visit */
    gap_minutes?: number;
  };
  slowest_requests: {
    /** how many requests, the slowest first */
    top?: number;
  };
  status_codes: Record<string, never>;
  status_codes_by_endpoint: {
    /** how many endpoints, the busiest first */
    top?: number;
  };
  suspected_bots: {
    /** how many clients, those with the most signs first */
    top?: number;
    /** clients with fewer requests are judged by the paths they ask for alone */
    min_requests?: number;
    /** requests in one minute that are more than a person makes */
    burst?: number;
    /** gaps are even when their standard deviation is at most this share of their mean */
    even_gaps?: number;
    /** share of client errors (4xx) that is more than a person meets */
    error_percent?: number;
  };
  top_growth: {
    /** where the first window begins; NULL for the first request */
    first_from?: string | Date | null;
    /** where it ends, excluded; NULL for the middle of the log, on a full minute */
    first_to?: string | Date | null;
    /** where the second window begins; NULL for the end of the first */
    second_from?: string | Date | null;
    /** where it ends, excluded; NULL for just after the last request */
    second_to?: string | Date | null;
    /** how many endpoints, those that grew most in requests per minute first */
    top?: number;
  };
  traffic_by_hour_and_weekday: Record<string, never>;
  traffic_over_time: {
    /** width of a bucket; NULL chooses one: 300 buckets at most, 30 requests in each on average, where the log is long enough */
    bucket_minutes?: 1 | 5 | 10 | 15 | 30 | 60 | 120 | 180 | 240 | 360 | 720 | 1440 | null;
  };
}

/** The names of the columns with which each built-in question is answered. */
export interface QuestionColumns {
  apdex: "endpoint" | "requests" | "satisfied" | "tolerating" | "frustrated" | "apdex";
  before_and_after: "period" | "from_time" | "to_time" | "requests" | "requests_per_minute" | "client_error_percent" | "server_error_percent" | "p50_ms" | "p95_ms";
  busiest_clients: "ip_address" | "requests" | "percent" | "endpoints" | "failed_percent" | "first_request" | "last_request";
  error_rate: "requests" | "client_errors" | "server_errors" | "client_error_percent" | "server_error_percent" | "failed_percent";
  error_rate_over_time: "bucket" | "requests" | "failed" | "client_error_percent" | "server_error_percent" | "failed_percent";
  failing_endpoints: "endpoint" | "requests" | "failed" | "client_errors" | "server_errors" | "failed_percent";
  overview: "requests" | "first_request" | "last_request" | "clients" | "endpoints" | "failed_percent" | "p50_ms" | "p95_ms";
  rare_status_codes: "status_code" | "requests" | "percent" | "endpoints" | "top_endpoint" | "top_endpoint_requests" | "first_request" | "last_request";
  response_time_histogram: "from_ms" | "to_ms" | "requests";
  response_times_by_endpoint: "endpoint" | "requests" | "p50_ms" | "p95_ms" | "p99_ms";
  response_times_over_time: "bucket" | "requests" | "p50_ms" | "p95_ms" | "p99_ms";
  sessions: "requests_per_session" | "sessions" | "session_percent" | "requests" | "p50_seconds";
  slowest_requests: "timestamp" | "ip_address" | "endpoint" | "status_code" | "response_time_ms";
  status_codes: "status_code" | "requests" | "percent";
  status_codes_by_endpoint: "endpoint" | "status_code" | "requests" | "percent";
  suspected_bots: "ip_address" | "requests" | "signs" | "because" | "busiest_minute" | "mean_gap_s" | "client_error_percent" | "probes";
  top_growth: "endpoint" | "first_requests" | "second_requests" | "first_per_minute" | "second_per_minute" | "grown_per_minute" | "grown_percent";
  traffic_by_hour_and_weekday: "weekday" | "hour" | "requests" | "client_error_percent" | "server_error_percent" | "p95_ms";
  traffic_over_time: "bucket" | "requests" | "client_errors" | "server_errors" | "client_error_percent" | "server_error_percent";
}

/** The name of a built-in question. */
export type QuestionName = keyof QuestionParameters;
