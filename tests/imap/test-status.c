/* The status of a check: success, the server's text, our errors.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "gimap4d/gimap4d.h"

#include "gimap4d/imap/imap-status-private.h"

static void
test_success (void)
{
  ImapStatusValues values = { .is_success = TRUE, .status_text = "OK NOOP completed" };
  g_autoptr (GImapStatus) status = imap_status_new (&values);

  g_assert_true (g_imap_status_get_success (status));
  g_assert_cmpstr (g_imap_status_get_status_text (status), ==, "OK NOOP completed");
  g_assert_cmpuint (g_list_model_get_n_items (g_imap_status_get_errors (status)), ==, 0);
}

static void
test_errors (void)
{
  g_autoptr (GError) outer = g_error_new_literal (G_IMAP_ERROR, G_IMAP_ERROR_DISCONNECTED,
                                                  "the connection was lost");
  g_autoptr (GError) inner = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE, "broken");
  const GError *errors[] = { outer, inner };
  ImapStatusValues values = { .errors = errors, .n_errors = 2 };
  g_autoptr (GImapStatus) status = imap_status_new (&values);
  g_autoptr (GListModel) list = NULL;
  g_autoptr (GImapStatusError) first = NULL;
  g_autoptr (GImapStatusError) second = NULL;
  g_autofree char *text = NULL;
  g_autofree char *message = NULL;
  g_autofree char *component = NULL;
  gboolean success = TRUE;
  int code = 0;

  g_object_get (status, "success", &success, "status-text", &text, "errors", &list, NULL);
  g_assert_false (success);
  g_assert_cmpstr (text, ==, "");
  g_assert_true (g_list_model_get_item_type (list) == G_TYPE_IMAP_STATUS_ERROR);
  g_assert_cmpuint (g_list_model_get_n_items (list), ==, 2);

  first = g_list_model_get_item (list, 0);
  g_assert_cmpint (g_imap_status_error_get_code (first), ==, G_IMAP_ERROR_DISCONNECTED);
  g_assert_cmpstr (g_imap_status_error_get_message (first), ==, "the connection was lost");
  g_assert_cmpstr (g_imap_status_error_get_component (first), ==, "g-imap-error-quark");

  second = g_list_model_get_item (list, 1);
  g_object_get (second, "code", &code, "message", &message, "component", &component, NULL);
  g_assert_cmpint (code, ==, G_IO_ERROR_BROKEN_PIPE);
  g_assert_cmpstr (message, ==, "broken");
  g_assert_cmpstr (component, ==, "g-io-error-quark");
}

static void
test_nothing (void)
{
  g_autoptr (GImapStatus) status = g_object_new (G_TYPE_IMAP_STATUS, NULL);
  g_autoptr (GImapStatusError) error = g_object_new (G_TYPE_IMAP_STATUS_ERROR, NULL);

  g_assert_false (g_imap_status_get_success (status));
  g_assert_cmpstr (g_imap_status_get_status_text (status), ==, "");
  g_assert_nonnull (g_imap_status_get_errors (status));
  g_assert_cmpstr (g_imap_status_error_get_message (error), ==, "");
  g_assert_cmpstr (g_imap_status_error_get_component (error), ==, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/status/success", test_success);
  g_test_add_func ("/status/errors", test_errors);
  g_test_add_func ("/status/nothing", test_nothing);

  return g_test_run ();
}
