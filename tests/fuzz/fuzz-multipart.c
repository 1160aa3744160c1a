/* The fuzzer's entry: any bytes are a form, whole and in pieces, and the same comes out.
 *
 * The first byte says how large the pieces are.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include <string.h>

#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/http/http-multipart.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

typedef struct
{
  GString *log;
  guint n_parts;
  guint64 start;
  guint64 n_content;
} Record;

static void
begin (HttpPartHead *head, guint64 offset, gpointer data)
{
  Record *record = data;

  if (!g_utf8_validate (head->name, -1, NULL) ||
      (head->file_name != NULL && !g_utf8_validate (head->file_name, -1, NULL)) ||
      ++record->n_parts > HTTP_LIMIT_PARTS)
    g_abort ();
  g_string_append_printf (record->log, "%s|%s|", head->name, head->file_name);
  record->start = offset;
  record->n_content = 0;
  http_part_head_free (head);
}

static void
content (const char *bytes, gsize size, gpointer data)
{
  Record *record = data;

  g_string_append_len (record->log, bytes, (gssize) size);
  record->n_content += size;
}

static void
end (guint64 offset, gpointer data)
{
  Record *record = data;

  if (offset - record->start != record->n_content)
    g_abort ();
}

static GString *
read_form (const char *data, gsize size, gsize step)
{
  static const HttpMultipartSink sink = { .begin = begin, .content = content, .end = end };
  Record record = { .log = g_string_new (NULL) };
  g_autoptr (HttpMultipart) form = http_multipart_new ("AB", &sink, &record);
  gboolean is_fine = TRUE;

  for (gsize i = 0; i < size && is_fine; i += step)
    is_fine = http_multipart_feed (form, data + i, MIN (step, size - i), NULL);
  if (!is_fine || !http_multipart_finish (form, NULL))
    g_string_assign (record.log, "refused");

  return record.log;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  const char *text = (const char *) data + 1;
  GString *whole = NULL;
  GString *pieces = NULL;

  if (size < 2)
    return 0;

  whole = read_form (text, size - 1, size - 1);
  pieces = read_form (text, size - 1, 1 + data[0] % 16);
  if (!g_string_equal (whole, pieces))
    g_abort ();
  g_string_free (whole, TRUE);
  g_string_free (pieces, TRUE);

  return 0;
}
