/*
 * An open-loop HTTP/1.1 client that measures a server on the same machine.
 *
 * Requests leave on a schedule that is drawn before the first one leaves, however the server
 * fares. Latency counts from the instant at which a request was due, so a client or a server that
 * falls behind cannot hide it. One thread, one epoll; nothing in it waits for a single connection.
 *
 *   openload --port 8080 --phase 400x5 --phase 4000x7 --phase 400x6
 *
 * It connects to loopback addresses only, and it is bounded in requests, connections and time.
 *
 *   --address, --port, --path   of the server; 127.0.0.1 and / unless given
 *   --phase RATExSECONDS        one after the other; may be fractions
 *   --seed                      of the instants
 *   --clients, --greedy         so many clients, from 127.0.0.2 on; the first one sends so many
 *                               percent of the requests
 *   --open, --connections       connections before the start, and at most. A connection that the
 *                               server closes is opened again when it is needed. If all are busy,
 *                               requests wait for one
 *   --deadline-ms               the latency up to which a response is of use
 *   --timeout-ms                each try is given up after it
 *   --retries                   of what was neither answered 200 nor 429, with full jitter: up to
 *                               100 ms later, then up to 200 and 400
 *   --server-pid                the process whose processor time is reported
 *
 * The output is one line for each phase, one for each second, one for all ("total") and one about
 * the client itself, each a word and pairs key=value. A request counts in the span in which it was
 * due. offered = ok + limited + shed + failed + timed_out, where
 *
 *   ok, limited, shed   answered 200, 429, 503
 *   failed              any other answer, or a connection that broke
 *   timed_out           no answer within the timeout; its connection was closed
 *   in_time             those of ok whose latency was within the deadline
 *   others              requests of all clients except the first, others_in_time of them in time
 *   p50_ms ... max_ms   latency of ok; -1 without any
 *   back_s              seconds from the end of the phase until 99 of 100 requests due within one
 *                       second were in time; -1 if the next phase ended before
 *   late_...            from due until the request was given to a connection: the lateness of the
 *                       client, including the wait for a free connection
 *   loop_...            from due until the client noticed: its lateness without that wait
 *   queued              requests that waited because each connection of their client was busy
 *   tries               attempts, including retries
 *   server_cpu_ms       processor time of the server's process in the span; -1 if not watched
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif

#define NANOS 1000000000LL
#define NANOS_PER_MILLI 1000000LL
#define NONE (-1)

/* Bounds, so that a slip of the hand cannot become a flood without end. */
#define MOST_PHASES 32
#define MOST_SECONDS 600
#define MOST_REQUESTS 2000000
#define MOST_CONNECTIONS 10000
#define MOST_CLIENTS 200
#define MOST_RETRIES 3
#define MOST_MILLIS 60000 /* of a deadline or timeout */
#define SPARE_FILES 256 /* also for clients that have one connection of their own */
#define GRACE_SECONDS 60

/*
 * Before the start, connections are opened in turn, this long apart: the backlog of a server may be
 * as short as 50, and what does not fit there is tried again seconds later.
 */
#define OPENING_PACE (NANOS / 1000)
#define OPENING_SECONDS 60
#define LEAD (200 * NANOS_PER_MILLI)

#define RETRY_BASE (100 * NANOS_PER_MILLI)
#define RECOVERY_STEP (NANOS / 10)
#define RECOVERED 0.99
#define FIRST_SOURCE 0x7f000002u /* 127.0.0.2, and those after it */
#define EVENTS 256
#define TIMER UINT64_MAX

/* In the place of an HTTP status. */
enum { WAITING = 0, FAILED = 1, TIMED_OUT = 2 };

/* ---------------------------------------------------------------- lists of numbered things */

struct link {
  int32_t before, after;
};

struct list {
  int32_t first, last;
};

static void append(struct list *list, struct link *links, int32_t i) {
  links[i] = (struct link){list->last, NONE};
  *(list->last == NONE ? &list->first : &links[list->last].after) = i;
  list->last = i;
}

static void cut(struct list *list, struct link *links, int32_t i) {
  struct link link = links[i];
  *(link.before == NONE ? &list->first : &links[link.before].after) = link.after;
  *(link.after == NONE ? &list->last : &links[link.after].before) = link.before;
}

/* ---------------------------------------------------------------- state */

struct phase {
  double rate, seconds;
  int64_t from; /* since the start */
  int64_t cpu;  /* of the server at its beginning */
};

enum stage { SCHEDULED, QUEUED, UNDER_WAY, PAUSING, ENDED };

struct request {
  int64_t due;     /* since the start, as all instants here */
  int64_t try_due; /* of the current try */
  int64_t noticed, begun, ended;
  int32_t connection;
  uint16_t client, status;
  uint8_t stage, tries;
  bool queued;
};

enum connection_state { FREE, CONNECTING, IDLE, BUSY, CLOSING };

enum parser_state { STATUS_LINE, HEADER, BODY, CHUNK_SIZE, CHUNK, CHUNK_END, TRAILER, TO_THE_END };

struct connection {
  int fd;
  int32_t request;
  uint32_t generation; /* so that an event of a closed connection does not reach its successor */
  uint16_t client, status;
  uint8_t state, parser, line_length;
  bool chunked, has_length, closes;
  int64_t left; /* of the body or chunk */
  char line[120];
};

struct client {
  struct in_addr source;
  int32_t most, open;
  struct list idle;  /* of connections, the one used last at the end */
  struct list queue; /* of requests that wait for a connection */
};

static struct {
  const char *address, *path;
  int port, clients, greedy_percent, open, connections, retries;
  int64_t deadline, timeout;
  uint64_t seed;
  pid_t server_pid;
} settings = {
    .address = "127.0.0.1",
    .path = "/",
    .clients = 1,
    .greedy_percent = 100,
    .open = 0,
    .connections = 4000,
    .deadline = 500 * NANOS_PER_MILLI,
    .timeout = 5 * NANOS,
    .seed = 1,
};

static struct phase phases[MOST_PHASES + 1]; /* the last one begins where all end */
static int phase_count;
static int64_t length; /* of all phases */

static struct request *requests;
static struct link *request_links;
static int32_t request_count, next_request, ended_requests;
static struct list under_way = {NONE, NONE}; /* tries, the oldest first; also queued ones */
static struct link *under_way_links;

static struct connection *connections;
static struct link *connection_links;
static int32_t *free_connections;
static int32_t free_count;
static int32_t opened, open_now, most_open, connecting;

static struct client clients[MOST_CLIENTS];
static int32_t *retries; /* a heap by try_due */
static int32_t retry_count;
static int64_t seconds_cpu[MOST_SECONDS + 2];
static int next_second, next_phase;

static union {
  struct sockaddr any;
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;
} server;
static socklen_t server_length;
static char request_text[512];
static size_t request_length;

static int epoll = -1, timer = -1;
static int64_t start, armed = -1;
static clockid_t server_clock;

/* ---------------------------------------------------------------- small things */

static void die(int code, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fputs("openload: ", stderr);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
  exit(code);
}

static void *room(size_t count, size_t size) {
  void *memory = malloc(count * size + 1);
  if (memory == NULL) {
    die(1, "out of memory");
  }
  memset(memory, 0, count * size + 1); /* touches each page now, not while the clock runs */
  return memory;
}

static int64_t clock_nanos(clockid_t clock) {
  struct timespec time;
  return clock_gettime(clock, &time) == 0 ? time.tv_sec * NANOS + time.tv_nsec : -1;
}

static int64_t now(void) {
  return clock_nanos(CLOCK_MONOTONIC) - start;
}

static int64_t server_cpu(void) {
  return settings.server_pid == 0 ? -1 : clock_nanos(server_clock);
}

/* splitmix64 */
static uint64_t random_bits(void) {
  uint64_t z = (settings.seed += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

static double uniform(void) {
  return (double)(random_bits() >> 11) * 0x1.0p-53;
}

static int64_t least(int64_t a, int64_t b) {
  return a < b ? a : b;
}

static int by_value(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

/* ---------------------------------------------------------------- settings */

static long number(const char *name, const char *text, long least, long most) {
  char *end;
  errno = 0;
  long value = strtol(text, &end, 10);
  if (errno != 0 || end == text || *end != '\0' || value < least || value > most) {
    die(2, "--%s must be %ld to %ld, got %s", name, least, most, text);
  }
  return value;
}

static void add_phase(const char *text) {
  struct phase *phase = &phases[phase_count];
  char rest;
  if (phase_count == MOST_PHASES) {
    die(2, "--phase must be given at most %d times: join some", MOST_PHASES);
  }
  if (sscanf(text, "%lfx%lf%c", &phase->rate, &phase->seconds, &rest) != 2 ||
      !(phase->rate > 0 && phase->rate <= 1e6) ||
      !(phase->seconds > 0 && phase->seconds <= MOST_SECONDS)) {
    die(2, "--phase must be requests a second x seconds, such as 400x5, got %s", text);
  }
  length += (int64_t)(phase->seconds * NANOS + .5);
  double count = floor(phase->rate * phase->seconds + .5);
  if (length > MOST_SECONDS * NANOS || request_count + count > MOST_REQUESTS) {
    die(2, "all phases together must be at most %d s and %d requests, got more with %s",
        MOST_SECONDS, MOST_REQUESTS, text);
  }
  request_count += (int32_t)count;
  phases[++phase_count].from = length;
}

/* The one place that decides where connections may go. */
static void resolve(void) {
  if (inet_pton(AF_INET, settings.address, &server.v4.sin_addr) == 1 &&
      ntohl(server.v4.sin_addr.s_addr) >> 24 == 127) {
    server.v4.sin_family = AF_INET;
    server.v4.sin_port = htons((uint16_t)settings.port);
    server_length = sizeof server.v4;
  } else if (inet_pton(AF_INET6, settings.address, &server.v6.sin6_addr) == 1 &&
             IN6_IS_ADDR_LOOPBACK(&server.v6.sin6_addr)) {
    server.v6.sin6_family = AF_INET6;
    server.v6.sin6_port = htons((uint16_t)settings.port);
    server_length = sizeof server.v6;
    if (settings.clients > 1) {
      die(2, "--clients must be 1 with ::1, which has one address: use 127.0.0.1 for more");
    }
  } else {
    die(2, "--address must be in 127.0.0.0/8 or ::1, got %s: this client loads no other machine",
        settings.address);
  }
  bool v6 = server.any.sa_family == AF_INET6;
  request_length = (size_t)snprintf(request_text, sizeof request_text,
      "GET %s HTTP/1.1\r\nHost: %s%s%s:%d\r\n\r\n", settings.path, v6 ? "[" : "",
      settings.address, v6 ? "]" : "", settings.port);
  if (request_length >= sizeof request_text) {
    die(2, "--path must be shorter, got %zu characters", strlen(settings.path));
  }
}

static void parse(int count, char **arguments) {
  static const struct option options[] = {
      {"address", required_argument, NULL, 'a'},   {"port", required_argument, NULL, 'p'},
      {"path", required_argument, NULL, 'u'},      {"phase", required_argument, NULL, 'f'},
      {"seed", required_argument, NULL, 's'},      {"clients", required_argument, NULL, 'c'},
      {"greedy", required_argument, NULL, 'g'},    {"open", required_argument, NULL, 'o'},
      {"deadline-ms", required_argument, NULL, 'd'},
      {"timeout-ms", required_argument, NULL, 't'},
      {"connections", required_argument, NULL, 'n'},
      {"retries", required_argument, NULL, 'r'},
      {"server-pid", required_argument, NULL, 'P'},
      {NULL, 0, NULL, 0}};
  int option, index = 0;
  while ((option = getopt_long(count, arguments, "", options, &index)) != -1) {
    const char *name = option == '?' ? "" : options[index].name;
    switch (option) {
      case 'a': settings.address = optarg; break;
      case 'p': settings.port = (int)number(name, optarg, 1, 65535); break;
      case 'u': settings.path = optarg; break;
      case 'f': add_phase(optarg); break;
      case 's': settings.seed = (uint64_t)number(name, optarg, 0, INT32_MAX); break;
      case 'c': settings.clients = (int)number(name, optarg, 1, MOST_CLIENTS); break;
      case 'g': settings.greedy_percent = (int)number(name, optarg, 0, 100); break;
      case 'o': settings.open = (int)number(name, optarg, 0, MOST_CONNECTIONS); break;
      case 'n': settings.connections = (int)number(name, optarg, 1, MOST_CONNECTIONS); break;
      case 'd': settings.deadline = number(name, optarg, 1, MOST_MILLIS) * NANOS_PER_MILLI; break;
      case 't': settings.timeout = number(name, optarg, 1, MOST_MILLIS) * NANOS_PER_MILLI; break;
      case 'r': settings.retries = (int)number(name, optarg, 0, MOST_RETRIES); break;
      case 'P': settings.server_pid = (pid_t)number(name, optarg, 1, INT32_MAX); break;
      default: exit(2); /* getopt has said why */
    }
  }
  if (optind < count) {
    die(2, "each argument must follow an option, got %s", arguments[optind]);
  }
  if (phase_count == 0 || settings.port == 0) {
    die(2, "--port and --phase must be given, such as --port 8080 --phase 400x5");
  }
  if (settings.open > settings.connections) {
    die(2, "--open must be at most --connections, which is %d, got %d", settings.connections,
        settings.open);
  }
  if (settings.server_pid != 0 && clock_getcpuclockid(settings.server_pid, &server_clock) != 0) {
    die(2, "--server-pid must be that of a process on this machine, got %d", settings.server_pid);
  }
  resolve();
}

static void allow_open_files(void) {
  struct rlimit files;
  rlim_t wanted = (rlim_t)settings.connections + SPARE_FILES;
  if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < wanted) {
    files.rlim_cur = files.rlim_max < wanted ? files.rlim_max : wanted;
    if (files.rlim_cur < wanted || setrlimit(RLIMIT_NOFILE, &files) != 0) {
      die(2, "--connections must be at most %ld, the open files of this user less %d, got %d",
          (long)files.rlim_cur - SPARE_FILES, SPARE_FILES, settings.connections);
    }
  }
}

/* ---------------------------------------------------------------- the schedule */

/*
 * Within a phase, instants are drawn uniformly and sorted: a Poisson process, given how many come.
 * Their number is exact, so that two runs offer the same.
 */
static void draw(void) {
  int64_t *due = room((size_t)request_count, sizeof *due);
  int32_t filled = 0;
  for (int p = 0; p < phase_count; p++) {
    int32_t count = (int32_t)floor(phases[p].rate * phases[p].seconds + .5);
    double nanos = (double)(phases[p + 1].from - phases[p].from);
    for (int32_t i = 0; i < count; i++) {
      due[filled + i] = phases[p].from + (int64_t)(uniform() * nanos);
    }
    qsort(due + filled, (size_t)count, sizeof *due, by_value);
    filled += count;
  }
  for (int32_t i = 0; i < request_count; i++) {
    bool greedy = settings.clients == 1 || uniform() * 100 < settings.greedy_percent;
    requests[i].client = greedy ? 0 : (uint16_t)(1 + uniform() * (settings.clients - 1));
    requests[i].due = requests[i].try_due = due[i];
    requests[i].connection = NONE;
  }
  free(due);
}

/* Shares out connections as the requests are shared, at least one for each client. */
static int share(int total, int client) {
  int greedy = settings.clients == 1 ? total : total * settings.greedy_percent / 100;
  int share = client == 0 ? greedy : (total - greedy) / (settings.clients - 1);
  return share > 0 ? share : 1;
}

static void prepare(void) {
  requests = room((size_t)request_count, sizeof *requests);
  request_links = room((size_t)request_count, sizeof *request_links);
  under_way_links = room((size_t)request_count, sizeof *under_way_links);
  retries = room((size_t)request_count, sizeof *retries);
  int slots = 0;
  for (int c = 0; c < settings.clients; c++) {
    clients[c] = (struct client){
        .source.s_addr = htonl(FIRST_SOURCE + (uint32_t)c),
        .most = share(settings.connections, c),
        .idle = {NONE, NONE},
        .queue = {NONE, NONE}};
    slots += clients[c].most;
  }
  connections = room((size_t)slots, sizeof *connections);
  connection_links = room((size_t)slots, sizeof *connection_links);
  free_connections = room((size_t)slots, sizeof *free_connections);
  while (slots-- > 0) {
    free_connections[free_count++] = slots;
  }
  draw();
}

/* ---------------------------------------------------------------- retries, the next one first */

static void swap_retries(int32_t a, int32_t b) {
  int32_t held = retries[a];
  retries[a] = retries[b];
  retries[b] = held;
}

static bool is_before(int32_t a, int32_t b) {
  return requests[retries[a]].try_due < requests[retries[b]].try_due;
}

static void push_retry(int32_t request) {
  int32_t i = retry_count++;
  retries[i] = request;
  for (; i > 0 && is_before(i, (i - 1) / 2); i = (i - 1) / 2) {
    swap_retries(i, (i - 1) / 2);
  }
}

static int32_t pop_retry(void) {
  int32_t top = retries[0];
  retries[0] = retries[--retry_count];
  for (int32_t i = 0;;) {
    int32_t least = i;
    for (int32_t child = 2 * i + 1; child <= 2 * i + 2 && child < retry_count; child++) {
      least = is_before(child, least) ? child : least;
    }
    if (least == i) {
      return top;
    }
    swap_retries(i, least);
    i = least;
  }
}

/* ---------------------------------------------------------------- requests and connections */

static void give_connection(int32_t request, int32_t connection);

/* A request that has its answer, or will have none, ends or pauses before its next try. */
static void end_try(int32_t i, uint16_t status) {
  struct request *request = &requests[i];
  int64_t at = now();
  cut(&under_way, under_way_links, i);
  request->connection = NONE;
  if (request->tries <= settings.retries && status != 200 && status != 429) {
    double most = (double)(RETRY_BASE << (request->tries - 1)); /* full jitter */
    request->stage = PAUSING;
    request->try_due = at + (int64_t)(uniform() * most);
    push_retry(i);
    return;
  }
  request->stage = ENDED;
  request->status = status;
  request->ended = at;
  ended_requests++;
}

static void close_connection(int32_t i) {
  struct connection *connection = &connections[i];
  struct client *client = &clients[connection->client];
  if (connection->state == IDLE) {
    cut(&client->idle, connection_links, i);
  }
  connecting -= connection->state == CONNECTING;
  close(connection->fd);
  connection->state = FREE;
  connection->generation++;
  client->open--;
  open_now--;
  free_connections[free_count++] = i;
}

/* Starts to connect; returns false if not even that is possible. */
static bool open_connection(uint16_t client, int32_t request) {
  int fd = socket(server.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    return false;
  }
  int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (server.any.sa_family == AF_INET) {
    struct sockaddr_in source = {.sin_family = AF_INET, .sin_addr = clients[client].source};
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&source, sizeof source) != 0) {
      close(fd);
      return false;
    }
  }
  if (connect(fd, &server.any, server_length) != 0 && errno != EINPROGRESS) {
    close(fd);
    return false;
  }
  int32_t i = free_connections[--free_count];
  struct connection *connection = &connections[i];
  uint32_t generation = connection->generation;
  *connection = (struct connection){.fd = fd,
      .request = request,
      .generation = generation,
      .client = client,
      .state = CONNECTING};
  /* by edges, so that a connection is registered once for all its life */
  struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
      .data.u64 = (uint64_t)generation << 32 | (uint32_t)i};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
    die(1, "epoll_ctl: %s", strerror(errno));
  }
  if (request != NONE) {
    requests[request].connection = i;
  }
  connecting++;
  opened++;
  clients[client].open++;
  most_open = ++open_now > most_open ? open_now : most_open;
  return true;
}

/* The connection is free for the next request, if one waits. */
static void set_idle(int32_t i) {
  struct connection *connection = &connections[i];
  struct client *client = &clients[connection->client];
  connection->request = NONE;
  connection->state = IDLE;
  append(&client->idle, connection_links, i);
  if (client->queue.first != NONE) {
    int32_t request = client->queue.first;
    cut(&client->queue, request_links, request);
    requests[request].stage = UNDER_WAY;
    give_connection(request, i);
  }
}

static void fail_connection(int32_t i) {
  int32_t request = connections[i].request;
  close_connection(i);
  if (request != NONE) {
    end_try(request, FAILED);
  }
}

/* Serves requests that wait where a connection was closed rather than freed. */
static void serve_queue(uint16_t c) {
  struct client *client = &clients[c];
  while (client->queue.first != NONE && client->open < client->most) {
    int32_t request = client->queue.first;
    cut(&client->queue, request_links, request);
    requests[request].stage = UNDER_WAY;
    requests[request].begun = requests[request].begun == 0 ? now() : requests[request].begun;
    if (!open_connection(c, request)) {
      end_try(request, FAILED);
    }
  }
}

static void write_request(int32_t i) {
  struct connection *connection = &connections[i];
  connection->state = BUSY;
  connection->parser = STATUS_LINE;
  connection->line_length = 0;
  connection->chunked = connection->has_length = connection->closes = false;
  connection->left = 0;
  /* it fits: nothing else is on its way on this connection */
  if (send(connection->fd, request_text, request_length, MSG_NOSIGNAL) != (ssize_t)request_length) {
    fail_connection(i);
  }
}

/* Sends a request on an idle connection. */
static void give_connection(int32_t r, int32_t i) {
  struct request *request = &requests[r];
  cut(&clients[request->client].idle, connection_links, i);
  connections[i].request = r;
  request->connection = i;
  if (request->begun == 0) {
    request->begun = now();
  }
  write_request(i);
}

static void begin_try(int32_t r) {
  struct request *request = &requests[r];
  struct client *client = &clients[request->client];
  int64_t at = now();
  if (request->tries++ == 0) {
    request->noticed = at;
  }
  request->stage = UNDER_WAY;
  append(&under_way, under_way_links, r);
  if (client->idle.last != NONE) {
    give_connection(r, client->idle.last);
  } else if (client->open < client->most) {
    request->begun = request->begun == 0 ? at : request->begun;
    if (!open_connection(request->client, r)) {
      end_try(r, FAILED);
    }
  } else {
    request->queued = true;
    request->stage = QUEUED;
    append(&client->queue, request_links, r);
  }
}

static void give_up(int32_t r) {
  struct request *request = &requests[r];
  struct client *client = &clients[request->client];
  if (request->stage == QUEUED) {
    cut(&client->queue, request_links, r);
    request->begun = request->begun == 0 ? now() : request->begun; /* at least so late */
  } else {
    close_connection(request->connection);
  }
  end_try(r, TIMED_OUT);
  serve_queue(request->client);
}

/* ---------------------------------------------------------------- answers */

static bool starts_with(const char *line, const char *name) {
  return strncasecmp(line, name, strlen(name)) == 0;
}

/* Takes one line of an answer; returns false if it is no HTTP. */
static bool take_line(struct connection *connection) {
  const char *line = connection->line;
  switch (connection->parser) {
    case STATUS_LINE:
      if (!starts_with(line, "HTTP/1.") || strlen(line) < 12) {
        return false;
      }
      connection->status = (uint16_t)atoi(line + 9);
      connection->closes = line[7] == '0';
      connection->parser = HEADER;
      return connection->status >= 200 && connection->status < 600;
    case HEADER:
      if (starts_with(line, "content-length:")) {
        connection->has_length = true;
        connection->left = atoll(line + 15);
      } else if (starts_with(line, "transfer-encoding:")) {
        connection->chunked = strcasestr(line, "chunked") != NULL;
      } else if (starts_with(line, "connection:")) {
        connection->closes |= strcasestr(line, "close") != NULL;
      } else if (*line == '\0') {
        bool empty = connection->status == 204 || connection->status == 304;
        connection->parser = empty ? BODY
            : connection->chunked  ? CHUNK_SIZE
            : connection->has_length ? BODY
                                     : TO_THE_END;
        connection->left = empty ? 0 : connection->left;
        connection->closes |= connection->parser == TO_THE_END;
      }
      return connection->left >= 0;
    case CHUNK_SIZE:
      connection->left = strtoll(line, NULL, 16);
      connection->parser = connection->left == 0 ? TRAILER : CHUNK;
      return connection->left >= 0;
    case CHUNK_END:
      connection->parser = CHUNK_SIZE;
      return true;
    default: /* TRAILER */
      if (*line == '\0') {
        connection->parser = BODY;
        connection->left = 0;
      }
      return true;
  }
}

static bool is_whole(const struct connection *connection) {
  return connection->parser == BODY && connection->left == 0;
}

/* Takes what has come; returns false if it is no HTTP, or goes on behind the answer. */
static bool take(struct connection *connection, const char *text, size_t size) {
  const char *end = text + size;
  while (text < end && !is_whole(connection)) {
    if (connection->parser == TO_THE_END) {
      return true;
    }
    if (connection->parser == BODY || connection->parser == CHUNK) {
      int64_t part = end - text < connection->left ? end - text : connection->left;
      text += part;
      connection->left -= part;
      if (connection->parser == CHUNK && connection->left == 0) {
        connection->parser = CHUNK_END;
      }
      continue;
    }
    char c = *text++;
    if (c == '\n') {
      connection->line[connection->line_length] = '\0';
      connection->line_length = 0;
      if (!take_line(connection)) {
        return false;
      }
    } else if (c != '\r' && connection->line_length < sizeof connection->line - 1) {
      connection->line[connection->line_length++] = c; /* of longer lines the beginning is enough */
    }
  }
  return text == end;
}

static void answered(int32_t i) {
  struct connection *connection = &connections[i];
  int32_t request = connection->request;
  connection->request = NONE;
  end_try(request, connection->status);
  if (connection->closes) {
    connection->state = CLOSING; /* by the server, on whose side the port then waits */
  } else {
    set_idle(i);
  }
}

/* Reads until nothing is left, or so little that the next byte, or the end, is another event. */
static void on_readable(int32_t i, bool has_ended) {
  static char buffer[1 << 16];
  struct connection *connection = &connections[i];
  uint32_t generation = connection->generation;
  ssize_t size = sizeof buffer;
  while (connection->generation == generation && (has_ended || size == sizeof buffer)) {
    size = recv(connection->fd, buffer, sizeof buffer, 0);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) {
      return;
    }
    bool busy = connection->state == BUSY;
    if (size > 0 && busy && take(connection, buffer, (size_t)size)) {
      if (is_whole(connection)) {
        answered(i);
      }
    } else if (size == 0 && busy && connection->parser == TO_THE_END) {
      int32_t request = connection->request;
      uint16_t status = connection->status;
      close_connection(i);
      end_try(request, status);
    } else if (size <= 0 || connection->state != CLOSING) {
      fail_connection(i);
    }
  }
}

static void on_event(int32_t i, uint32_t events) {
  struct connection *connection = &connections[i];
  uint16_t client = connection->client;
  uint32_t generation = connection->generation;
  if (connection->state == CONNECTING) {
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(connection->fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0 || (events & (EPOLLERR | EPOLLHUP)) != 0) {
      fail_connection(i);
    } else if ((events & EPOLLOUT) != 0) {
      connecting--;
      if (connection->request == NONE) {
        set_idle(i);
      } else {
        write_request(i);
      }
    }
  }
  bool has_ended = (events & (EPOLLRDHUP | EPOLLERR | EPOLLHUP)) != 0;
  if (connection->generation == generation && (has_ended || (events & EPOLLIN) != 0)) {
    on_readable(i, has_ended);
  }
  serve_queue(client);
}

/* ---------------------------------------------------------------- the loop */

/* Waits for events, but not beyond an instant. */
static void await_events(int64_t until) {
  struct epoll_event events[EVENTS];
  if (until != armed) {
    int64_t at = start + until > 1 ? start + until : 1; /* 0 would disarm it */
    struct itimerspec spec = {.it_value = {at / NANOS, at % NANOS}};
    timerfd_settime(timer, TFD_TIMER_ABSTIME, &spec, NULL);
    armed = until;
  }
  int count = epoll_wait(epoll, events, EVENTS, -1);
  for (int e = 0; e < count; e++) {
    uint64_t data = events[e].data.u64;
    int32_t i = (int32_t)(data & UINT32_MAX);
    if (data == TIMER) {
      armed = -1;
    } else if (connections[i].generation == data >> 32 && connections[i].state != FREE) {
      on_event(i, events[e].events);
    }
  }
}

static void start_loop(void) {
  epoll = epoll_create1(EPOLL_CLOEXEC);
  timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.u64 = TIMER};
  if (epoll < 0 || timer < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, timer, &event) != 0) {
    die(1, "epoll: %s", strerror(errno));
  }
}

/* Opens the connections that are to be there before the first request. */
static void open_before(void) {
  int wanted = 0, begun = 0;
  int64_t at = 0, limit = OPENING_SECONDS * NANOS;
  start = clock_nanos(CLOCK_MONOTONIC);
  for (int c = 0; settings.open > 0 && c < settings.clients; c++) {
    for (wanted += share(settings.open, c); begun < wanted; await_events(begun * OPENING_PACE)) {
      while (begun < wanted && now() >= begun * OPENING_PACE) {
        if (!open_connection((uint16_t)c, NONE)) {
          die(1, "%s:%d takes no connection: %s", settings.address, settings.port, strerror(errno));
        }
        begun++;
      }
    }
  }
  while (connecting > 0 && (at = now()) < limit) {
    await_events(limit);
  }
  if (connecting > 0 || open_now < wanted) {
    die(1, "%s:%d took %d of %d connections in %.0f s", settings.address, settings.port,
        open_now - connecting, wanted, (double)at / NANOS);
  }
}

static int whole_seconds(void) {
  return (int)((length + NANOS - 1) / NANOS);
}

/* Where a second begins, the first one being 0; the last one ends with the last phase. */
static int64_t second_from(int second) {
  return least(second * NANOS, length);
}

/* Reads the server's processor time at each border of a second or phase; returns the next one. */
static int64_t mark_borders(int64_t at) {
  while (next_second <= whole_seconds() && at >= second_from(next_second)) {
    seconds_cpu[next_second++] = server_cpu();
  }
  while (next_phase <= phase_count && at >= phases[next_phase].from) {
    phases[next_phase++].cpu = server_cpu();
  }
  int64_t second = next_second <= whole_seconds() ? second_from(next_second) : INT64_MAX;
  int64_t phase = next_phase <= phase_count ? phases[next_phase].from : INT64_MAX;
  return least(second, phase);
}

static void run(void) {
  armed = -1;
  start = clock_nanos(CLOCK_MONOTONIC) + LEAD;
  while (ended_requests < request_count || next_phase <= phase_count) {
    int64_t at = now();
    int64_t border = mark_borders(at);
    while (next_request < request_count && requests[next_request].due <= at) {
      begin_try(next_request++);
    }
    while (retry_count > 0 && requests[retries[0]].try_due <= at) {
      begin_try(pop_retry());
    }
    while (under_way.first != NONE && requests[under_way.first].try_due + settings.timeout <= at) {
      give_up(under_way.first);
    }
    int64_t until = border;
    if (next_request < request_count) {
      until = least(until, requests[next_request].due);
    }
    if (retry_count > 0) {
      until = least(until, requests[retries[0]].try_due);
    }
    if (under_way.first != NONE) {
      until = least(until, requests[under_way.first].try_due + settings.timeout);
    }
    if (until < INT64_MAX) {
      await_events(until);
    }
  }
}

/* ---------------------------------------------------------------- results */

static bool is_in_time(const struct request *request) {
  return request->status == 200 && request->ended - request->due <= settings.deadline;
}

/* The first request that is due at an instant or after it. */
static int32_t first_from(int64_t at) {
  int32_t low = 0, high = request_count;
  while (low < high) {
    int32_t middle = low + (high - low) / 2;
    if (requests[middle].due < at) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/* The percentile of sorted values in milliseconds; -1 of none. */
static double millis(const int64_t *values, int32_t count, double percent) {
  if (count == 0) {
    return -1;
  }
  int32_t rank = (int32_t)ceil(percent / 100 * count);
  return (double)values[rank > 0 ? rank - 1 : 0] / NANOS_PER_MILLI;
}

static double back_seconds(int p) {
  if (p + 1 < phase_count) {
    int64_t end = phases[p + 1].from;
    for (int64_t from = end; from + NANOS <= phases[p + 2].from; from += RECOVERY_STEP) {
      int32_t first = first_from(from), last = first_from(from + NANOS), in_time = 0;
      for (int32_t i = first; i < last; i++) {
        in_time += is_in_time(&requests[i]);
      }
      if (in_time >= RECOVERED * (last - first)) {
        return (double)(from - end) / NANOS;
      }
    }
  }
  return -1;
}

static void print_span(const char *word, int number, int64_t from, int64_t to, int64_t cpu,
                       double back) {
  int32_t first = first_from(from), last = first_from(to), count = last - first;
  int64_t *latencies = room((size_t)count, sizeof *latencies);
  int64_t *late = room((size_t)count, sizeof *late);
  int64_t *loop = room((size_t)count, sizeof *loop);
  int32_t ok = 0, limited = 0, shed = 0, failed = 0, timed_out = 0, in_time = 0;
  int32_t others = 0, others_in_time = 0, queued = 0, tries = 0;
  for (int32_t i = first; i < last; i++) {
    const struct request *request = &requests[i];
    switch (request->status) {
      case 200: latencies[ok++] = request->ended - request->due; break;
      case 429: limited++; break;
      case 503: shed++; break;
      case TIMED_OUT: timed_out++; break;
      default: failed++;
    }
    in_time += is_in_time(request);
    others += request->client > 0;
    others_in_time += request->client > 0 && is_in_time(request);
    queued += request->queued;
    tries += request->tries;
    late[i - first] = request->begun - request->due;
    loop[i - first] = request->noticed - request->due;
  }
  qsort(latencies, (size_t)ok, sizeof *latencies, by_value);
  qsort(late, (size_t)count, sizeof *late, by_value);
  qsort(loop, (size_t)count, sizeof *loop, by_value);
  double seconds = (double)(to - from) / NANOS;
  printf("%s number=%d from_s=%.3f seconds=%.3f offered=%d ok=%d limited=%d shed=%d failed=%d "
         "timed_out=%d in_time=%d goodput_per_s=%.1f others=%d others_in_time=%d",
      word, number, (double)from / NANOS, seconds, count, ok, limited, shed, failed, timed_out,
      in_time, in_time / seconds, others, others_in_time);
  printf(" p50_ms=%.3f p99_ms=%.3f max_ms=%.3f back_s=%.1f", millis(latencies, ok, 50),
      millis(latencies, ok, 99), millis(latencies, ok, 100), back);
  printf(" late_p99_ms=%.3f late_max_ms=%.3f loop_p99_ms=%.3f loop_max_ms=%.3f queued=%d tries=%d "
         "server_cpu_ms=%.1f\n",
      millis(late, count, 99), millis(late, count, 100), millis(loop, count, 99),
      millis(loop, count, 100), queued, tries, cpu < 0 ? -1 : (double)cpu / NANOS_PER_MILLI);
  free(latencies);
  free(late);
  free(loop);
}

static int64_t spent(int64_t before, int64_t after) {
  return before < 0 || after < 0 ? -1 : after - before;
}

/* Time that the host gave to others, of all processor time; what is stolen nobody can measure. */
static void read_steal(unsigned long long *steal, unsigned long long *all) {
  unsigned long long value;
  FILE *file = fopen("/proc/stat", "r");
  *steal = *all = 0;
  if (file == NULL) {
    return;
  }
  int count = fscanf(file, "cpu") == 0 ? 8 : 0; /* user, nice, system, idle, ..., steal */
  while (count-- > 0 && fscanf(file, "%llu", &value) == 1) {
    *all += value;
    *steal = value;
  }
  fclose(file);
}

static void print_results(unsigned long long steal, unsigned long long all) {
  int64_t cpu = clock_nanos(CLOCK_PROCESS_CPUTIME_ID), took = now();
  unsigned long long steal_after, all_after;
  read_steal(&steal_after, &all_after);
  for (int p = 0; p < phase_count; p++) {
    print_span("phase", p + 1, phases[p].from, phases[p + 1].from,
        spent(phases[p].cpu, phases[p + 1].cpu), back_seconds(p));
  }
  for (int s = 0; s < whole_seconds(); s++) {
    print_span("second", s + 1, second_from(s), second_from(s + 1),
        spent(seconds_cpu[s], seconds_cpu[s + 1]), -1);
  }
  print_span("total", 1, 0, length, spent(phases[0].cpu, phases[phase_count].cpu), -1);
  printf("client cpu_percent=%.1f steal_percent=%.2f opened=%d most_open=%d\n",
      100.0 * (double)cpu / (double)(took + LEAD),
      all_after > all ? 100.0 * (double)(steal_after - steal) / (double)(all_after - all) : 0,
      opened, most_open);
}

int main(int count, char **arguments) {
  unsigned long long steal, all;
  parse(count, arguments);
  allow_open_files();
  prepare();
  /* ends it even if it should not end by itself */
  int64_t tries = settings.retries + 1;
  alarm((unsigned)((length + tries * (settings.timeout + NANOS)) / NANOS) + GRACE_SECONDS);
  start_loop();
  open_before();
  read_steal(&steal, &all);
  run();
  print_results(steal, all);
  return 0;
}
