/* Names and values of a query or of an urlencoded form, in order and with their repetitions.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/http-form.h"

#include <string.h>

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/base/peer-hash.h"
#include "gimap4d/http/http-syntax.h"

static void
field_free (gpointer data)
{
  HttpField *field = data;

  g_free (field->name);
  g_free (field->value);
  g_free (field);
}

GPtrArray *
http_form_new (void)
{
  return g_ptr_array_new_with_free_func (field_free);
}

void
http_form_take (GPtrArray *fields, char *name, char *value)
{
  HttpField *field = g_new0 (HttpField, 1);

  field->name = name;
  field->value = value;
  if (name != NULL && value != NULL)
    g_ptr_array_add (fields, field);
  else
    field_free (field);
}

static char *
decode (const char *text, gsize size)
{
  g_autofree char *encoded = g_strndup (text, size);
  g_autoptr (GBytes) bytes = NULL;
  gsize decoded_size = 0;
  const char *decoded = NULL;

  bytes = g_uri_unescape_bytes (g_strdelimit (encoded, "+", ' '), -1, NULL, NULL);
  if (bytes == NULL)
    return NULL;
  decoded = g_bytes_get_data (bytes, &decoded_size);

  return http_dup_text (decoded, decoded_size);
}

static void
add_field (GPtrArray *fields, const char *pair, gsize size)
{
  const char *equals = memchr (pair, '=', size);
  gsize name_size = equals != NULL ? (gsize) (equals - pair) : size;
  g_autofree char *name = decode (pair, name_size);
  g_autofree char *value = equals != NULL ? decode (equals + 1, size - name_size - 1) :
                                            g_strdup ("");

  if (size > 0)
    http_form_take (fields, g_steal_pointer (&name), g_steal_pointer (&value));
}

GPtrArray *
http_form_parse (const char *text, gsize size, GError **error)
{
  g_autoptr (GPtrArray) fields = http_form_new ();
  gsize start = 0;

  while (start < size)
    {
      const char *end = memchr (text + start, '&', size - start);
      gsize pair_size = end != NULL ? (gsize) (end - text) - start : size - start;

      if (fields->len >= HTTP_LIMIT_FORM_FIELDS || memchr (text + start, '\0', pair_size) != NULL)
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                       _ ("The form has too many fields, or a NUL in it"));
          return NULL;
        }
      add_field (fields, text + start, pair_size);
      start += pair_size + 1;
    }

  return g_steal_pointer (&fields);
}

GHashTable *
http_form_to_table (GPtrArray *fields)
{
  GHashTable *table = g_hash_table_new_full (peer_hash, g_str_equal, g_free, g_free);

  for (guint i = 0; i < fields->len; i++)
    {
      const HttpField *field = g_ptr_array_index (fields, i);

      g_hash_table_replace (table, g_strdup (field->name), g_strdup (field->value));
    }

  return table;
}

GStrv
http_form_get_values (GPtrArray *fields, const char *name)
{
  g_autoptr (GStrvBuilder) values = g_strv_builder_new ();

  for (guint i = 0; i < fields->len; i++)
    {
      const HttpField *field = g_ptr_array_index (fields, i);

      if (g_str_equal (field->name, name))
        g_strv_builder_add (values, field->value);
    }

  return g_strv_builder_end (values);
}
