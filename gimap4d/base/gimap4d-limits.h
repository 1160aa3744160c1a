/* Every limit of the library, with its reason. Nothing that a peer sends is waited for or kept
 * beyond one of these. Times are in milliseconds where the name does not say otherwise.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

#define IMAP_KIB ((gsize) 1024)
#define IMAP_MIB ((gsize) 1024 * 1024)

/* Opening a connection. All of it together is capped by connection-timeout. */
#define IMAP_LIMIT_TLS_HANDSHAKE_MS 15000
#define IMAP_LIMIT_STARTTLS_MS 10000
#define IMAP_LIMIT_GREETING_MS 30000
#define IMAP_LIMIT_LOGOUT_MS 5000

/* The notifier. Routers forget a silent connection after minutes, servers after half an hour (RFC
 * 2177 says 29 minutes); a server that dropped IDLE earlier is asked earlier, but not for ever more
 * often. */
#define IMAP_LIMIT_IDLE_MS 600000
#define IMAP_LIMIT_IDLE_MIN_MS 60000
/* The answer to DONE. */
#define IMAP_LIMIT_IDLE_DONE_MS 10000
/* After a call, until IDLE is taken up again: the next call of a row should not have to leave it. */
#define IMAP_IDLE_PAUSE_MS 200
/* Without IDLE: how often NOOP asks, right after news and after a long time without. */
#define IMAP_POLL_MIN_MS 15000
#define IMAP_POLL_MAX_MS 240000
/* From the first try to connect again to the rarest. */
#define IMAP_RETRY_MIN_MS 1000
#define IMAP_RETRY_MAX_MS 300000
/* A box that cannot be selected again so many times, ever later, is taken for gone. */
#define IMAP_LIMIT_RESELECTS 5
/* A connection that held this long was a good one. */
#define IMAP_RETRY_STEADY_MS 60000
/* Eight octets each, none before the server has told of it. */
#define IMAP_LIMIT_WATCHED_MAILS (1u << 22)
/* Different sets of flags in a box, and the octets of their names. */
#define IMAP_LIMIT_FLAG_SETS 65536
#define IMAP_LIMIT_FLAG_SETS_BYTES (4 * IMAP_MIB)
/* How often a server may contradict itself within a minute before it is not believed any more. */
#define IMAP_LIMIT_REREADS 8
#define IMAP_REREADS_WINDOW_MS 60000
/* Signals that wait for a main loop that nobody runs. */
#define IMAP_LIMIT_NEWS 4096

/* A transfer that is slower than this, in octets a second, on average over the window counts as stalled. */
#define IMAP_LIMIT_STALL_WINDOW_MS 60000
#define IMAP_LIMIT_STALL_RATE (1 * IMAP_KIB)

/* So long a caller who does not take what was fetched for him holds up the connection; then the rest of
 * what is under way is let go, to be fetched again, and the others go on. */
#define IMAP_LIMIT_HOLD_MS 3000

/* Half-open connections are found by TCP itself in about two minutes, not in Linux's two hours. */
#define IMAP_LIMIT_KEEPALIVE_IDLE_S 60
#define IMAP_LIMIT_KEEPALIVE_INTERVAL_S 15
#define IMAP_LIMIT_KEEPALIVE_COUNT 4
#define IMAP_LIMIT_TCP_USER_TIMEOUT_MS 120000

/* Before TLS stands everything could come from anybody: room for a greeting and a CAPABILITY. */
#define IMAP_LIMIT_PLAIN_TOTAL (64 * IMAP_KIB)
#define IMAP_LIMIT_PLAIN_LINE (8 * IMAP_KIB)
#define IMAP_LIMIT_PLAIN_UNTAGGED 20

/* Before login the server is authenticated, the user is not. */
#define IMAP_LIMIT_LOGIN_TOTAL (1 * IMAP_MIB)
#define IMAP_LIMIT_LOGIN_LINE (64 * IMAP_KIB)
#define IMAP_LIMIT_LOGIN_LITERAL (16 * IMAP_KIB)
#define IMAP_LIMIT_LOGIN_DEPTH 1

/* RFC 5802 leaves the iteration count to the server: a huge one burns our time. */
#define IMAP_LIMIT_SASL_MESSAGE (64 * IMAP_KIB)
#define IMAP_LIMIT_SASL_ROUNDS 10

/* A token that has no longer to live than this is renewed first: it has to last until the server
 * has looked at it, by the server's clock. */
#define IMAP_TOKEN_MARGIN_S 60
#define IMAP_LIMIT_SCRAM_ITERATIONS_MIN 4096
#define IMAP_LIMIT_SCRAM_ITERATIONS_MAX 1000000
#define IMAP_LIMIT_SCRAM_SALT (1 * IMAP_KIB)

/* One line, literals not counted. Lists of numbers are long and legal: a SEARCH of a million ids is
 * 10 MB. */
#define IMAP_LIMIT_LINE (1 * IMAP_MIB)
#define IMAP_LIMIT_NUMBER_LINE (64 * IMAP_MIB)
#define IMAP_LIMIT_ATOM (8 * IMAP_KIB)
#define IMAP_LIMIT_QUOTED (64 * IMAP_KIB)
#define IMAP_LIMIT_NUMBER_DIGITS 20

/* A literal that is no body section: a subject, a name. Longer subjects than 4 KiB exist. */
#define IMAP_LIMIT_LITERAL (1 * IMAP_MIB)
/* A larger part is decoded here, not by the server: see imap-fetch-window.c. */
#define IMAP_LIMIT_SERVER_DECODES (8 * IMAP_MIB)
/* What is collected in memory for one body: Exchange Online takes 150 MB, 206 MB in base64. */
#define IMAP_DEFAULT_MESSAGE_SIZE (256 * IMAP_MIB)
#define IMAP_LIMIT_RESPONSE_SURPLUS (16 * IMAP_MIB)
/* Memory for a literal grows with what has come, never with what was announced: this much at first, which
 * is one large read. */
#define IMAP_LIMIT_GROWTH_STEP (256 * IMAP_KIB)
/* But for so little, what one read of a stream asks for: growing would copy it again and again. */
#define IMAP_LIMIT_LITERAL_AT_ONCE (1 * IMAP_MIB)
/* It grows by half, but never by more than this, so that a body never costs much more than itself. */
#define IMAP_LIMIT_GROWTH_STEP_MAX (4 * IMAP_MIB)
/* A literal from this size on does not share memory with the line that it stands in. */
#define IMAP_LIMIT_LITERAL_APART (32 * IMAP_KIB)

/* Parentheses: about 100 MIME levels in BODYSTRUCTURE and THREAD, hardly any elsewhere. */
#define IMAP_LIMIT_DEPTH_STRUCTURE 256
#define IMAP_LIMIT_DEPTH 16

#define IMAP_LIMIT_UNSOLICITED_LINES 100000
#define IMAP_LIMIT_UNSOLICITED_BYTES (64 * IMAP_MIB)
#define IMAP_LIMIT_BOXES 100000
#define IMAP_LIMIT_FLAGS 1024
#define IMAP_LIMIT_ADDRESSES 10000
#define IMAP_LIMIT_PARTS 10000
#define IMAP_LIMIT_RANGES 1000000
#define IMAP_LIMIT_EXPANSION (1u << 24)
#define IMAP_LIMIT_CAPABILITIES 1024
/* In which a search is tried: a server that refuses each could name thousands. */
#define IMAP_LIMIT_CHARSETS 8
/* FETCHes that a server may refuse of one call, each for fewer mails: room for some poisoned ones in a
 * hundred thousand. */
#define IMAP_LIMIT_REFUSALS 200
/* The same before any mail came: what is refused in general is not refused a hundred times. */
#define IMAP_LIMIT_FIRST_REFUSALS 24
/* Search criteria that a program hands on may be a stranger's. */
#define IMAP_LIMIT_CRITERIA_DEPTH 64
/* Criteria with points in time in them may need one more search for each way in which these can hold. */
#define IMAP_LIMIT_SEARCHES 32
#define IMAP_LIMIT_SORT_KEYS 16
/* More than the box has: mails that may come in while it is asked for them. */
#define IMAP_LIMIT_EXTRA_MAILS 1000
/* 80 MB of nodes, and the longest line of numbers that is taken. */
#define IMAP_LIMIT_THREAD_MAILS (1u << 22)
/* Objects below each other are freed each by the one above, on the stack. No thread that people wrote has a
 * tenth of this. */
#define IMAP_LIMIT_THREAD_DEPTH 1000
/* Roots and resources; Dovecot has two or three. */
#define IMAP_LIMIT_QUOTAS 1000

/* Servers cut lines at 8192 bytes (RFC 7162, 4). */
#define IMAP_LIMIT_COMMAND_SET_BYTES 8000
#define IMAP_LIMIT_COMMAND_UIDS 1000
#define IMAP_LIMIT_COMMAND_BYTES (64 * IMAP_KIB)
/* What is longer goes as a literal: servers have line buffers. */
#define IMAP_LIMIT_QUOTED_SENT (1 * IMAP_KIB)
/* RFC 7888: LITERAL- allows this much without asking. */
#define IMAP_LIMIT_LITERAL_MINUS 4096

/* What waits in memory to be handed out one by one, but for the last mail of it. */
#define IMAP_LIMIT_HAND_OUT (2 * IMAP_MIB)
/* What one command of many asks for, about, and how many are on their way: enough for a fast line at a
 * distance, little enough to be let go when nobody wants it any more. */
#define IMAP_LIMIT_BATCH_BYTES (512 * IMAP_KIB)
#define IMAP_LIMIT_BATCH_MAILS 1000
#define IMAP_LIMIT_BATCHES 4
/* What is read ahead of a mail that is appended from a stream. A smaller one is sent in one piece. */
#define IMAP_LIMIT_FEED (256 * IMAP_KIB)

#define IMAP_LIMIT_BOX_NAME (4 * IMAP_KIB)
/* Each may be worth a LIST of its own. */
#define IMAP_LIMIT_NAMESPACES 16
#define IMAP_LIMIT_ALERT_CHARS 1024
/* What is hidden in a few compressed octets comes out in steps of this size, each looked at under all
 * other limits before the next; what is sent is compressed in the same. */
#define IMAP_LIMIT_INFLATE_STEP (64 * IMAP_KIB)

/* Blocks grow from the first to the second while the server fills them in one read. There is always
 * room for one record of TLS. */
#define IMAP_LIMIT_READ_BLOCK (64 * IMAP_KIB)
#define IMAP_LIMIT_READ_BLOCK_MAX (256 * IMAP_KIB)
#define IMAP_LIMIT_READ_ROOM (16 * IMAP_KIB)
/* So many blocks are used in turn, 2 MiB, when who takes what is read keeps up. When more than these are
 * held, a list is being read, and the next are one large page each. */
#define IMAP_LIMIT_SPARE_BLOCKS 8
#define IMAP_LIMIT_KEPT_BLOCK (2 * IMAP_MIB)

/* Of what a stranger names: the longest that file systems take. */
#define LIMIT_FILE_NAME 255

/* Mail, where the content is the sender's. What exceeds one of these is cut, never the message. */
#define EMAIL_LIMIT_DEPTH 100
#define EMAIL_LIMIT_PARTS 10000
#define EMAIL_LIMIT_HEADERS 10000
#define EMAIL_LIMIT_HEADER (1 * IMAP_MIB)
#define EMAIL_LIMIT_HEADER_BLOCK (8 * IMAP_MIB)
#define EMAIL_LIMIT_ADDRESSES 10000
/* Of one Content-Type or Content-Disposition. */
#define IMAP_LIMIT_PARAMETERS 256
#define EMAIL_LIMIT_COMMENT_DEPTH 32
#define EMAIL_LIMIT_PARAMETERS 256
/* A field with parameters: room for a hundred segments (RFC 2231), and then some. */
#define EMAIL_LIMIT_PARAMETER_TEXT (16 * IMAP_KIB)
/* The library counts decoded bytes in 32 bits. */
#define EMAIL_LIMIT_MESSAGE ((gsize) 0x7fffffff)
/* With its comments. */
#define EMAIL_LIMIT_DATE 1024
#define EMAIL_LIMIT_ENCODED_WORDS 10000
#define EMAIL_LIMIT_REFERENCES 10000
/* RFC 2046 allows 70. */
#define EMAIL_LIMIT_BOUNDARY 1000
/* The longest that IANA has registered has 45. */
#define EMAIL_LIMIT_CHARSET_NAME 64
/* Bytes of UTF-8 for one byte of another charset; no honest one needs more than 3. */
#define EMAIL_LIMIT_CONVERSION_GROWTH 4
/* RFC 8621, 4.1.4: a preview has 256 characters. They are looked for in the beginning only. */
#define EMAIL_LIMIT_PREVIEW_CHARS 256
#define EMAIL_LIMIT_PREVIEW_BYTES (64 * IMAP_KIB)

/* HTTP, where the client is a stranger. */
#define HTTP_LIMIT_HEADERS 100
#define HTTP_LIMIT_HEADER_VALUE (8 * IMAP_KIB)
#define HTTP_LIMIT_HEADER_BLOCK (32 * IMAP_KIB)
#define HTTP_LIMIT_REQUEST_LINE (8 * IMAP_KIB)
/* A chunk's size and extensions; no extension is known that anybody uses. */
#define HTTP_LIMIT_CHUNK_LINE 256
#define HTTP_LIMIT_CHUNK_DIGITS 15
#define HTTP_DEFAULT_REQUEST_SIZE (8 * IMAP_MIB)
#define HTTP_LIMIT_JSON_DEPTH 128
#define HTTP_LIMIT_JSON_KEYS 100000
/* Names of one object that would stand in one place of its table: of as many as may be, chance puts nine
 * there. It is also how often one name may come again. */
#define HTTP_LIMIT_JSON_ALIKE 64
#define HTTP_LIMIT_SESSIONS 10000
/* Of a result that is made of objects. */
#define HTTP_LIMIT_RESULT_ITEMS 10000
#define HTTP_LIMIT_RESULT_DEPTH 8
/* Each is tried on each request. */
#define HTTP_LIMIT_SESSION_KEYS 8
#define HTTP_LIMIT_COOKIES 50
#define HTTP_LIMIT_COOKIE 4096
#define HTTP_DEFAULT_SESSION_IDLE_S 3600
#define HTTP_DEFAULT_CALL_TIMEOUT_S 60
#define HTTP_DEFAULT_CONNECTIONS 512
#define HTTP_DEFAULT_HEADER_TIMEOUT_S 20
#define HTTP_DEFAULT_IDLE_TIMEOUT_S 15
#define HTTP_DEFAULT_WRITE_TIMEOUT_S 60
/* An upload has this long, and longer as long as it keeps up the rate. */
#define HTTP_LIMIT_BODY_MS 60000
#define HTTP_LIMIT_BODY_RATE 500
/* So may who takes an answer: the time counts during which there is something to take. */
#define HTTP_LIMIT_ANSWER_RATE 500
/* One client must not take all places; loopback is where a proxy would be. */
#define HTTP_LIMIT_CONNECTIONS_PER_ADDRESS 64
#define HTTP_LIMIT_TLS_HANDSHAKE_MS 15000
/* After the last answer the client's bytes are read a little longer, or a reset would take the
 * answer away from it (RFC 9112, 9.6). */
#define HTTP_LIMIT_LINGER_MS 2000
#define HTTP_LIMIT_LINGER_BYTES (16 * IMAP_MIB)
/* What waits in memory in one direction of one connection. */
#define HTTP_LIMIT_BUFFER (64 * IMAP_KIB)
/* What is smaller waits for more, to be sent with it; to copy it is cheaper than to send it. */
#define HTTP_LIMIT_SMALL_WRITE (8 * IMAP_KIB)
/* Events that wait for a page. Silence of a minute is what proxies end a connection after. */
#define HTTP_LIMIT_EVENTS (256 * IMAP_KIB)
#define HTTP_DEFAULT_EVENT_KEEP_ALIVE_S 15
#define HTTP_LIMIT_FORM_FIELDS 1000
#define HTTP_LIMIT_PARTS 1000
#define HTTP_LIMIT_PART_HEAD (8 * IMAP_KIB)
/* A body from this size on waits in a file: all connections together must not fill the memory. */
#define HTTP_LIMIT_BODY_IN_MEMORY (256 * IMAP_KIB)
/* Less is not worth it, and more would keep the other clients waiting. */
#define HTTP_LIMIT_GZIP_MIN 1024
#define HTTP_LIMIT_GZIP_MAX (4 * IMAP_MIB)
#define HTTP_LISTEN_BACKLOG 4096
#define HTTP_TICK_MS 200
#define HTTP_LIMIT_DRAIN_MS 5000
