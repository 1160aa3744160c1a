/* What the header of a body part says of it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/mail/email-structure.h"

#include <string.h>

#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/mail/email-gmime.h"
#include "gimap4d/mail/email-segments.h"

static gboolean
is_token (const char *text)
{
  if (text == NULL || *text == '\0')
    return FALSE;

  for (const char *c = text; *c != '\0'; c++)
    if ((guchar) *c <= 0x20 || (guchar) *c >= 0x7f || strchr ("()<>@,;:\\\"/[]?=", *c) != NULL)
      return FALSE;

  return TRUE;
}

/* The first of a name counts, as with the fields themselves. */
static void
take_parameters (GMimeParamList *list, GHashTable *parameters, gboolean *is_truncated)
{
  int length = g_mime_param_list_length (list);

  for (int i = 0; i < length; i++)
    {
      GMimeParam *parameter = g_mime_param_list_get_parameter_at (list, i);
      const char *name = g_mime_param_get_name (parameter);
      const char *value = g_mime_param_get_value (parameter);
      g_autofree char *key = NULL;

      if (g_hash_table_size (parameters) >= EMAIL_LIMIT_PARAMETERS)
        {
          *is_truncated = TRUE;
          return;
        }
      if (!is_token (name) || value == NULL)
        continue;

      key = g_ascii_strdown (name, -1);
      if (!g_hash_table_contains (parameters, key))
        g_hash_table_insert (parameters, g_steal_pointer (&key), g_utf8_make_valid (value, -1));
    }
}

/* A field that GMime is to read. More than this is nothing that a mail program wrote. */
static char *
dup_field (EmailFields *fields, const char *name, gboolean *is_truncated)
{
  char *text = email_fields_dup_structured (fields, name);

  if (text != NULL && strlen (text) > EMAIL_LIMIT_PARAMETER_TEXT)
    {
      text[EMAIL_LIMIT_PARAMETER_TEXT] = '\0';
      *is_truncated = TRUE;
    }
  if (text != NULL && strchr (text, '*') != NULL)
    {
      char *in_order = email_segments_dup_in_order (text);

      if (in_order != NULL)
        {
          g_free (text);
          text = in_order;
        }
    }

  return text;
}

static void
read_type (EmailStructure *self, EmailFields *fields, const char *default_type)
{
  g_autofree char *text = dup_field (fields, "Content-Type", &self->is_truncated);
  g_autoptr (GMimeContentType) type = NULL;

  if (text != NULL)
    type = g_mime_content_type_parse (email_gmime_get_options (), text);
  if (type == NULL || !is_token (g_mime_content_type_get_media_type (type)) ||
      !is_token (g_mime_content_type_get_media_subtype (type)))
    {
      self->type = g_strdup (default_type);
      return;
    }

  g_free (self->type);
  self->type = g_mime_content_type_get_mime_type (type);
  for (char *c = self->type; *c != '\0'; c++)
    *c = g_ascii_tolower (*c);
  take_parameters (g_mime_content_type_get_parameters (type), self->parameters,
                   &self->is_truncated);
}

static void
read_disposition (EmailStructure *self, EmailFields *fields)
{
  g_autofree char *text = dup_field (fields, "Content-Disposition", &self->is_truncated);
  g_autoptr (GMimeContentDisposition) disposition = NULL;

  if (text == NULL)
    return;

  disposition = g_mime_content_disposition_parse (email_gmime_get_options (), text);
  if (disposition == NULL || !is_token (g_mime_content_disposition_get_disposition (disposition)))
    return;

  self->disposition = g_ascii_strdown (g_mime_content_disposition_get_disposition (disposition),
                                       -1);
  take_parameters (g_mime_content_disposition_get_parameters (disposition),
                   self->disposition_parameters, &self->is_truncated);
}

static char *
dup_without_brackets (char *text)
{
  gsize length;

  if (text == NULL)
    return NULL;

  g_strstrip (text);
  length = strlen (text);
  if (length >= 2 && text[0] == '<' && text[length - 1] == '>')
    return g_strndup (text + 1, length - 2);

  return *text != '\0' ? g_strdup (text) : NULL;
}

static GStrv
split_languages (const char *text)
{
  g_auto (GStrv) words = g_strsplit_set (text, ", \t", EMAIL_LIMIT_PARAMETERS);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (char **word = words; *word != NULL; word++)
    if (is_token (*word))
      g_strv_builder_add (builder, *word);

  return g_strv_builder_end (builder);
}

EmailStructure *
email_structure_from_fields (EmailFields *fields, const char *part_id, const char *default_type)
{
  EmailStructure *self = email_structure_new (part_id);
  g_autofree char *encoding = email_fields_dup_structured (fields, "Content-Transfer-Encoding");
  g_autofree char *content_id = email_fields_dup_text (fields, "Content-ID");
  g_autofree char *language = email_fields_dup_structured (fields, "Content-Language");

  self->is_truncated = email_fields_is_truncated (fields);
  read_type (self, fields, default_type);
  read_disposition (self, fields);
  self->encoding = g_ascii_strdown (encoding != NULL ? g_strstrip (encoding) : "7bit", -1);
  self->content_id = dup_without_brackets (content_id);
  self->description = email_fields_dup_text (fields, "Content-Description");
  self->location = email_fields_dup_structured (fields, "Content-Location");
  if (language != NULL)
    self->language = split_languages (language);

  return self;
}

gboolean
email_structure_is_multipart (const EmailStructure *self)
{
  return self->type != NULL && g_str_has_prefix (self->type, "multipart/");
}

const char *
email_structure_get_charset (const EmailStructure *self)
{
  return g_hash_table_lookup (self->parameters, "charset");
}

const char *
email_structure_get_raw_name (const EmailStructure *self)
{
  const char *name = g_hash_table_lookup (self->disposition_parameters, "filename");

  return name != NULL ? name : g_hash_table_lookup (self->parameters, "name");
}
