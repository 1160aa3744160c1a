/* Copies and parts: RFC 9110, 13 and 14, as tables (H08).
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "gimap4d/http/http-conditional.h"

#define OLD "Sat, 01 Jan 2000 00:00:00 GMT"
#define NOW "Sun, 02 Jan 2000 00:00:00 GMT"
#define NEW "Mon, 03 Jan 2000 00:00:00 GMT"

static void
test_check (void)
{
  static const struct
  {
    HttpConditions conditions;
    guint status;
  } rows[] = {
    { { .entity_tag = "\"a\"" }, 0 },
    { { .entity_tag = "\"a\"", .if_none_match = "\"a\"" }, 304 },
    { { .entity_tag = "\"a\"", .if_none_match = "W/\"a\"" }, 304 },
    { { .entity_tag = "W/\"a\"", .if_none_match = "\"a\"" }, 304 },
    { { .entity_tag = "\"a\"", .if_none_match = "\"b\", \"a\"" }, 304 },
    { { .entity_tag = "\"a,b\"", .if_none_match = "\"a\",\"a,b\"" }, 304 },
    { { .entity_tag = "\"a\"", .if_none_match = "\"b\"" }, 0 },
    { { .entity_tag = "\"a\"", .if_none_match = "*" }, 304 },
    { { .entity_tag = "\"a\"", .if_none_match = "a" }, 0 },
    { { .entity_tag = "\"a\"", .if_none_match = "\"a" }, 0 },
    { { .if_none_match = "\"a\"" }, 0 },
    { { .entity_tag = "\"a\"", .if_match = "\"a\"" }, 0 },
    { { .entity_tag = "\"a\"", .if_match = "\"b\"" }, 412 },
    { { .entity_tag = "W/\"a\"", .if_match = "W/\"a\"" }, 412 },
    { { .if_match = "\"a\"" }, 412 },
    { { .if_match = "*" }, 0 },
    { { .last_modified = NOW, .if_modified_since = NOW }, 304 },
    { { .last_modified = NOW, .if_modified_since = NEW }, 304 },
    { { .last_modified = NOW, .if_modified_since = OLD }, 0 },
    { { .last_modified = NOW, .if_modified_since = "yesterday" }, 0 },
    { { .last_modified = "yesterday", .if_modified_since = NEW }, 0 },
    { { .if_modified_since = NEW }, 0 },
    { { .last_modified = NOW, .if_unmodified_since = OLD }, 412 },
    { { .last_modified = NOW, .if_unmodified_since = NOW }, 0 },
    { { .last_modified = NOW, .if_unmodified_since = "yesterday" }, 0 },
    /* An entity tag goes before a date. */
    { { .entity_tag = "\"a\"",
        .last_modified = NOW,
        .if_none_match = "\"b\"",
        .if_modified_since = NEW },
      0 },
    { { .entity_tag = "\"a\"",
        .last_modified = NOW,
        .if_match = "\"a\"",
        .if_unmodified_since = OLD },
      0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (http_conditional_check (&rows[i].conditions) != rows[i].status)
      g_error ("row %u", i);
}

static void
test_part (void)
{
  static const struct
  {
    const char *range;
    guint64 size;
    guint status;
    guint64 start;
    guint64 length;
  } rows[] = {
    { "bytes=0-0", 10, 206, 0, 1 },
    { "bytes=0-9", 10, 206, 0, 10 },
    { "bytes=0-9999", 10, 206, 0, 10 },
    { "bytes=3-", 10, 206, 3, 7 },
    { "Bytes=9-9", 10, 206, 9, 1 },
    { "bytes=-1", 10, 206, 9, 1 },
    { "bytes=-10", 10, 206, 0, 10 },
    { "bytes=-9999", 10, 206, 0, 10 },
    { "bytes=-0", 10, 416, 0, 0 },
    { "bytes=10-", 10, 416, 0, 0 },
    { "bytes=0-", 0, 416, 0, 0 },
    { "bytes=-1", 0, 416, 0, 0 },
    { "bytes=999999999999999999-", 10, 416, 0, 0 },
    { "bytes=9223372036854775808-", 10, 0, 0, 0 },
    { "bytes=5-2", 10, 0, 0, 0 },
    { "bytes=0-0,5-5", 10, 0, 0, 0 },
    { "bytes=0-,0-,0-", 10, 0, 0, 0 },
    { "bytes=", 10, 0, 0, 0 },
    { "bytes=-", 10, 0, 0, 0 },
    { "bytes= 0-1", 10, 0, 0, 0 },
    { "bytes=0 -1", 10, 0, 0, 0 },
    { "bytes=0-1x", 10, 0, 0, 0 },
    { "bytes=+1-2", 10, 0, 0, 0 },
    { "lines=0-1", 10, 0, 0, 0 },
    { NULL, 10, 0, 0, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      HttpConditions conditions = { .range = rows[i].range };
      guint64 start = 0;
      guint64 length = 0;
      guint status = http_conditional_find_part (&conditions, rows[i].size, &start, &length);

      if (status != rows[i].status || start != rows[i].start || length != rows[i].length)
        g_error ("%s of %" G_GUINT64_FORMAT, rows[i].range, rows[i].size);
    }
}

static void
test_if_range (void)
{
  static const struct
  {
    HttpConditions conditions;
    guint status;
  } rows[] = {
    { { .entity_tag = "\"a\"", .if_range = "\"a\"" }, 206 },
    { { .entity_tag = "\"a\"", .if_range = "\"b\"" }, 0 },
    { { .entity_tag = "W/\"a\"", .if_range = "W/\"a\"" }, 0 },
    { { .if_range = "\"a\"" }, 0 },
    { { .last_modified = NOW, .if_range = NOW }, 206 },
    { { .last_modified = NOW, .if_range = NEW }, 0 },
    { { .if_range = NOW }, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      HttpConditions conditions = rows[i].conditions;
      guint64 start = 0;
      guint64 length = 0;

      conditions.range = "bytes=0-0";
      g_assert_cmpuint (http_conditional_find_part (&conditions, 10, &start, &length), ==,
                        rows[i].status);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http-conditional/check", test_check);
  g_test_add_func ("/http-conditional/H08-part", test_part);
  g_test_add_func ("/http-conditional/if-range", test_if_range);

  return g_test_run ();
}
