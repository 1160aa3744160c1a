/* What a client that has a copy, or wants a part, is to get (RFC 9110, 13 and 14): pure decisions.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/http-conditional.h"

#include <libsoup/soup.h>
#include <string.h>

static gboolean
is_weak (const char *tag)
{
  return g_str_has_prefix (tag, "W/");
}

/* RFC 9110, 8.8.3.2: a strong comparison knows no weak tags, a weak one no difference. */
static gboolean
is_same_tag (const char *one, const char *other, gboolean is_strong)
{
  if (is_strong && (is_weak (one) || is_weak (other)))
    return FALSE;

  return strcmp (is_weak (one) ? one + 2 : one, is_weak (other) ? other + 2 : other) == 0;
}

/* The next entity tag of a list; a comma may stand inside of one. NULL at the end of the list, or
 * where it is none. */
static char *
next_tag (const char **list)
{
  const char *start = *list + strspn (*list, " \t,");
  const char *quote = g_str_has_prefix (start, "W/") ? start + 2 : start;
  const char *end = *quote == '"' ? strchr (quote + 1, '"') : NULL;

  if (end == NULL)
    return NULL;
  *list = end + 1;

  return g_strndup (start, end + 1 - start);
}

static gboolean
is_in_list (const char *list, const char *tag, gboolean is_strong)
{
  if (strcmp (list, "*") == 0)
    return TRUE;
  if (tag == NULL)
    return FALSE;

  for (;;)
    {
      g_autofree char *item = next_tag (&list);

      if (item == NULL)
        return FALSE;
      if (is_same_tag (item, tag, is_strong))
        return TRUE;
    }
}

/* Whether @last_modified is later than @since; FALSE when one of them is no date. */
static gboolean
is_later (const char *last_modified, const char *since)
{
  g_autoptr (GDateTime) modified = NULL;
  g_autoptr (GDateTime) limit = NULL;

  if (last_modified == NULL)
    return FALSE;
  modified = soup_date_time_new_from_http_string (last_modified);
  limit = soup_date_time_new_from_http_string (since);

  return modified != NULL && limit != NULL && g_date_time_compare (modified, limit) > 0;
}

static gboolean
is_date (const char *text)
{
  g_autoptr (GDateTime) date = text != NULL ? soup_date_time_new_from_http_string (text) : NULL;

  return date != NULL;
}

guint
http_conditional_check (const HttpConditions *conditions)
{
  const char *tag = conditions->entity_tag;
  const char *modified = conditions->last_modified;

  if (conditions->if_match != NULL)
    {
      if (!is_in_list (conditions->if_match, tag, TRUE))
        return 412;
    }
  else if (conditions->if_unmodified_since != NULL)
    {
      if (is_later (modified, conditions->if_unmodified_since))
        return 412;
    }

  if (conditions->if_none_match != NULL)
    return is_in_list (conditions->if_none_match, tag, FALSE) ? 304 : 0;
  if (conditions->if_modified_since != NULL && is_date (modified) &&
      is_date (conditions->if_modified_since) &&
      !is_later (modified, conditions->if_modified_since))
    return 304;

  return 0;
}

/* The part that the client has must be of the very same body. */
static gboolean
is_of_same_body (const HttpConditions *conditions)
{
  const char *condition = conditions->if_range;

  if (condition == NULL)
    return TRUE;
  if (strchr (condition, '"') != NULL)
    return conditions->entity_tag != NULL && is_same_tag (condition, conditions->entity_tag, TRUE);

  return conditions->last_modified != NULL && strcmp (condition, conditions->last_modified) == 0;
}

/* 1*DIGIT, at most 18 of them; an empty text is no number. */
static gboolean
read_number (const char **text, guint64 *out_number)
{
  gsize digits = strspn (*text, "0123456789");

  if (digits == 0 || digits > 18)
    return FALSE;
  *out_number = g_ascii_strtoull (*text, NULL, 10);
  *text += digits;

  return TRUE;
}

static guint
find_suffix (const char *text, guint64 size, guint64 *out_start, guint64 *out_length)
{
  guint64 length = 0;

  if (!read_number (&text, &length) || *text != '\0')
    return 0;
  if (length == 0 || size == 0)
    return 416;

  *out_length = MIN (length, size);
  *out_start = size - *out_length;

  return 206;
}

guint
http_conditional_find_part (const HttpConditions *conditions,
                            guint64 size,
                            guint64 *out_start,
                            guint64 *out_length)
{
  const char *text = conditions->range;
  guint64 first = 0;
  guint64 last = G_MAXUINT64;

  if (text == NULL || g_ascii_strncasecmp (text, "bytes=", 6) != 0 || !is_of_same_body (conditions))
    return 0;
  text += 6;
  if (*text == '-')
    return find_suffix (text + 1, size, out_start, out_length);

  if (!read_number (&text, &first) || *text != '-')
    return 0;
  text++;
  if (*text != '\0' && !read_number (&text, &last))
    return 0;
  if (*text != '\0' || last < first)
    return 0;
  if (first >= size)
    return 416;

  *out_start = first;
  *out_length = MIN (last, size - 1) - first + 1;

  return 206;
}
