/* The strict reading of a request's head and of its chunks: pure functions on a buffer.
 *
 * What passes here has one meaning only, so that nobody behind or in front of us can understand
 * it in another way (RFC 9112, 11.2).
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  HTTP_GATE_NEEDS_MORE,
  HTTP_GATE_COMPLETE,
  HTTP_GATE_BAD,
} HttpGateResult;

typedef struct
{
  gsize size;             /* of the head, with the empty line */
  guint64 content_length; /* 0 without a body */
  gboolean is_chunked;
  gboolean is_keep_alive;
  gsize ignored_at; /* a header line that is not for who answers */
  gsize ignored_size;
} HttpHead;

/* Looks at @data, of which the first @*scanned bytes were looked at before; an HTTP status goes to
 * @out_status when the head is bad. */
HttpGateResult http_gate_scan_head (const char *data,
                                    gsize size,
                                    gsize *scanned,
                                    guint64 max_body,
                                    HttpHead *out_head,
                                    guint *out_status);

/* The chunked coding (RFC 9112, 7.1), watched while it passes by. Begin with zeros. */
typedef struct
{
  guint state;
  guint line_size;
  guint digits;
  guint64 remaining;
  guint64 total;
} HttpChunks;

/* @out_consumed: how many bytes of @data belong to this body. */
HttpGateResult http_gate_scan_chunks (HttpChunks *chunks,
                                      const char *data,
                                      gsize size,
                                      guint64 max_body,
                                      gsize *out_consumed,
                                      guint *out_status);

/* A path whose every reading is the same: percent-encoding valid, UTF-8, no NUL, no "." and "..".
 * NULL when it is not, else its decoded segments, without empty ones. */
GStrv http_gate_split_path (const char *path);

G_END_DECLS
