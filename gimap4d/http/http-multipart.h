/* multipart/form-data (RFC 7578), taken apart while it comes, in linear time: no I/O.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  char *name;          /* owned: UTF-8 */
  char *file_name;     /* owned, nullable: UTF-8, as it was sent; "" where no file was chosen */
  GHashTable *headers; /* owned: (element-type utf8 utf8), the names in lower case */
} HttpPartHead;

void http_part_head_free (HttpPartHead *head);

/* What is told of the parts, in their order. Offsets count the bytes from the first that was fed. */
typedef struct
{
  /* Takes @head. */
  void (*begin) (HttpPartHead *head, guint64 offset, gpointer data);
  /* Nullable. The content comes in pieces. */
  void (*content) (const char *bytes, gsize size, gpointer data);
  void (*end) (guint64 offset, gpointer data);
} HttpMultipartSink;

typedef struct _HttpMultipart HttpMultipart;

/* The boundary in a Content-Type, or NULL when that is no multipart/form-data with a lawful one. */
char *http_multipart_dup_boundary (const char *content_type);

/* @sink outlives it. */
HttpMultipart *http_multipart_new (const char *boundary,
                                   const HttpMultipartSink *sink,
                                   gpointer data);
void http_multipart_free (HttpMultipart *self);

/* Fails with G_IO_ERROR_INVALID_DATA for what could be understood in two ways, and for more parts or
 * longer heads than allowed; it must not be fed any more then. */
gboolean http_multipart_feed (HttpMultipart *self, const char *data, gsize size, GError **error);

/* The input has ended: fails when the form has not. */
gboolean http_multipart_finish (HttpMultipart *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HttpMultipart, http_multipart_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HttpPartHead, http_part_head_free)

G_END_DECLS
