/* What a call returned as one line of text, in a form that does not change.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "client-text.h"

#include <string.h>

/* So much of a text is shown. */
#define LONGEST_SHOWN 400
/* Of an error that the server's answer made: a status has its text only. */
#define ANSWERED_DOMAIN "client-text-answered"
/* So many of many things. */
#define MOST_SHOWN 100

static void
add_separator (GString *text)
{
  if (text->len > 0)
    g_string_append (text, "; ");
}

/* A text as it came: cut, and on one line. */
static void
add_value (GString *text, const char *name, const char *value)
{
  g_autofree char *cut = value != NULL ? g_strndup (value, MIN (strlen (value), LONGEST_SHOWN)) :
                                         NULL;
  g_autofree char *valid = cut != NULL ? g_utf8_make_valid (cut, -1) : NULL;

  if (valid == NULL)
    return;
  g_assert_true (g_utf8_validate (value, -1, NULL));
  g_strdelimit (valid, "\r\n", ' ');
  g_string_append_printf (text, " %s=%s", name, valid);
}

void
client_text_add_words (GString *text, const char *const *words)
{
  guint n_words = words != NULL ? g_strv_length ((char **) words) : 0;

  for (guint i = 0; i < MIN (n_words, MOST_SHOWN); i++)
    g_string_append_printf (text, "%s%s", i > 0 ? " " : "", words[i]);
  if (n_words > MOST_SHOWN)
    g_string_append_printf (text, " … (%u)", n_words);
}

void
client_text_add_info (GString *text, GImapBoxInfo *info)
{
  g_string_append_printf (
      text, "%s mails=%u validity=%u next=%" G_GINT64_FORMAT " unseen=%" G_GINT64_FORMAT "%s",
      g_imap_box_info_get_name (info), g_imap_box_info_get_mail_count (info),
      g_imap_box_info_get_uid_validity (info), g_imap_box_info_get_uid_next (info),
      g_imap_box_info_get_unseen (info), g_imap_box_info_get_read_only (info) ? " read-only" : "");
  g_string_append (text, " flags=");
  client_text_add_words (text, g_imap_box_info_get_flags (info));
  g_string_append (text, " permanent=");
  client_text_add_words (text, g_imap_box_info_get_permanent_flags (info));
}

void
client_text_add_boxes (GString *text, GListModel *boxes)
{
  guint n_boxes = g_list_model_get_n_items (boxes);

  g_string_append_printf (text, "boxes=%u", n_boxes);
  for (guint i = 0; i < MIN (n_boxes, MOST_SHOWN); i++)
    {
      g_autoptr (GImapBox) box = g_list_model_get_item (boxes, i);
      GImapBoxInfo *info = g_imap_box_get_info (box);

      g_assert_true (g_utf8_validate (g_imap_box_get_name (box), -1, NULL));
      g_string_append_printf (text, "; %s delimiter=%s", g_imap_box_get_name (box),
                              g_imap_box_get_delimiter (box) ? g_imap_box_get_delimiter (box) :
                                                               "none");
      if (info != NULL)
        g_string_append_printf (text, " mails=%u", g_imap_box_info_get_mail_count (info));
    }
}

static void
add_addresses (GString *text, const char *name, GListModel *addresses)
{
  guint n_addresses = addresses != NULL ? g_list_model_get_n_items (addresses) : 0;

  if (n_addresses == 0)
    return;
  g_string_append_printf (text, " %s=", name);
  for (guint i = 0; i < MIN (n_addresses, MOST_SHOWN); i++)
    {
      g_autoptr (GEmailAddress) address = g_list_model_get_item (addresses, i);
      const char *email = g_email_address_get_email (address);

      g_string_append_printf (text, "%s%s", i > 0 ? "," : "", email != NULL ? email : "");
    }
  if (n_addresses > MOST_SHOWN)
    g_string_append_printf (text, "… (%u)", n_addresses);
}

void
client_text_add_email (GString *text, GEmail *email)
{
  GDateTime *received = g_email_get_received_at (email);
  g_autofree char *date = received != NULL ? g_date_time_format_iso8601 (received) : NULL;
  GListModel *attachments = g_email_get_attachments (email);
  const char *const *keywords = g_email_get_keywords (email);

  add_separator (text);
  g_string_append_printf (text, "mail %s", g_email_get_id (email));
  add_value (text, "subject", g_email_get_subject (email));
  add_addresses (text, "from", g_email_get_from (email));
  add_addresses (text, "to", g_email_get_to (email));
  if (keywords != NULL && keywords[0] != NULL)
    g_string_append (text, " keywords=");
  client_text_add_words (text, keywords);
  if (g_email_get_size (email) > 0)
    g_string_append_printf (text, " size=%" G_GUINT64_FORMAT, g_email_get_size (email));
  add_value (text, "received", date);
  if (attachments != NULL && g_list_model_get_n_items (attachments) > 0)
    g_string_append_printf (text, " attachments=%u", g_list_model_get_n_items (attachments));
  add_value (text, "text", g_email_get_text_body (email));
}

void
client_text_add_mails (GString *text, GImapMails *mails)
{
  GListModel *list = g_imap_mails_get_list (mails);
  guint n_mails = g_list_model_get_n_items (list);
  const char *const *not_found = g_imap_mails_get_not_found (mails);
  const char *const *failed = g_imap_mails_get_failed (mails);

  g_string_append_printf (text, "mails=%u", n_mails);
  for (guint i = 0; i < MIN (n_mails, MOST_SHOWN); i++)
    {
      g_autoptr (GEmail) email = g_list_model_get_item (list, i);

      client_text_add_email (text, email);
    }
  if (not_found != NULL && not_found[0] != NULL)
    g_string_append (text, "; not-found=");
  client_text_add_words (text, not_found);
  if (failed != NULL && failed[0] != NULL)
    g_string_append (text, "; failed=");
  client_text_add_words (text, failed);
}

void
client_text_add_bytes (GString *text, GBytes *bytes)
{
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  add_separator (text);
  g_string_append_printf (text, "%" G_GSIZE_FORMAT " bytes ", size);
  for (gsize i = 0; i < MIN (size, LONGEST_SHOWN); i++)
    if (g_ascii_isprint (data[i]) && data[i] != '\\')
      g_string_append_c (text, data[i]);
    else
      g_string_append_printf (text, "\\x%02x", (guint8) data[i]);
}

void
client_text_add_threads (GString *text, GListModel *threads)
{
  guint n_threads = g_list_model_get_n_items (threads);

  g_string_append_printf (text, "threads=%u", n_threads);
  for (guint i = 0; i < MIN (n_threads, MOST_SHOWN); i++)
    {
      g_autoptr (GImapThread) thread = g_list_model_get_item (threads, i);
      g_auto (GStrv) ids = g_imap_thread_dup_ids (thread);

      g_string_append (text, "; ");
      client_text_add_words (text, (const char *const *) ids);
    }
}

void
client_text_add_quotas (GString *text, GListModel *quotas)
{
  guint n_quotas = g_list_model_get_n_items (quotas);

  g_string_append_printf (text, "quotas=%u", n_quotas);
  for (guint i = 0; i < MIN (n_quotas, MOST_SHOWN); i++)
    {
      g_autoptr (GImapQuota) quota = g_list_model_get_item (quotas, i);

      g_string_append_printf (text, "; %s %s %" G_GINT64_FORMAT "/%" G_GINT64_FORMAT,
                              g_imap_quota_get_root (quota), g_imap_quota_get_resource (quota),
                              g_imap_quota_get_usage (quota), g_imap_quota_get_limit (quota));
    }
}

void
client_text_add_property (GString *text, GObject *object, const char *name)
{
  g_auto (GValue) value = G_VALUE_INIT;
  g_autofree char *content = NULL;

  if (g_object_class_find_property (G_OBJECT_GET_CLASS (object), name) == NULL)
    g_error ("there is no property %s", name);
  g_object_get_property (object, name, &value);
  if (G_VALUE_HOLDS (&value, G_TYPE_STRV))
    content = g_value_get_boxed (&value) ? g_strjoinv (" ", g_value_get_boxed (&value)) : NULL;
  else if (G_VALUE_HOLDS_STRING (&value))
    content = g_value_dup_string (&value);
  else
    content = g_strdup_value_contents (&value);
  g_string_append_printf (text, "%s", content != NULL ? content : "none");
}

gboolean
client_text_take_status (GImapStatus *status, GString *text, GError **error)
{
  g_autoptr (GImapStatusError) first = NULL;

  if (g_imap_status_get_success (status))
    {
      g_string_append (text, g_imap_status_get_status_text (status));
      return TRUE;
    }
  first = g_list_model_get_item (g_imap_status_get_errors (status), 0);
  if (first == NULL)
    {
      g_set_error_literal (error, g_quark_from_static_string (ANSWERED_DOMAIN), 0,
                           g_imap_status_get_status_text (status));
      return FALSE;
    }
  g_set_error_literal (error, g_quark_from_string (g_imap_status_error_get_component (first)),
                       g_imap_status_error_get_code (first),
                       g_imap_status_error_get_message (first));

  return FALSE;
}

char *
client_text_dup_error_name (const GError *error)
{
  g_autoptr (GEnumClass) codes = g_type_class_ref (G_TYPE_IMAP_ERROR);
  GEnumValue *code = g_enum_get_value (codes, error->code);
  char *name;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return g_strdup ("CANCELLED");
  if (g_str_equal (g_quark_to_string (error->domain), ANSWERED_DOMAIN))
    return g_strdup ("ANSWERED");
  if (error->domain != G_IMAP_ERROR || code == NULL)
    return g_strdup_printf ("%s-%d", g_quark_to_string (error->domain), error->code);
  name = g_ascii_strup (code->value_nick, -1);

  return g_strdelimit (name, "-", '_');
}
