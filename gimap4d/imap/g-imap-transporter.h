/* An IMAP connection, and what can be done over it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

#include <gimap4d/base/gimap4d-version.h>
#include <gimap4d/imap/g-imap-box-info.h>
#include <gimap4d/imap/g-imap-enums.h>
#include <gimap4d/imap/g-imap-mails.h>
#include <gimap4d/imap/g-imap-message-set.h>
#include <gimap4d/imap/g-imap-quota.h>
#include <gimap4d/imap/g-imap-search.h>
#include <gimap4d/imap/g-imap-notifier.h>
#include <gimap4d/imap/g-imap-status.h>
#include <gimap4d/imap/g-imap-thread.h>
#include <gimap4d/mail/g-email.h>

G_BEGIN_DECLS

#define G_TYPE_IMAP_TRANSPORTER (g_imap_transporter_get_type ())

G_IMAP4D_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (GImapTransporter, g_imap_transporter, G, IMAP_TRANSPORTER, GObject)

G_IMAP4D_AVAILABLE_IN_1_0
GImapTransporter *g_imap_transporter_new (const char *host, const char *user, const char *password);
G_IMAP4D_AVAILABLE_IN_1_0
GImapTransporter *g_imap_transporter_new_from_json (JsonNode *server, GError **error);

G_IMAP4D_AVAILABLE_IN_1_0
const char *g_imap_transporter_get_host (GImapTransporter *self);
G_IMAP4D_AVAILABLE_IN_1_0
guint g_imap_transporter_get_port (GImapTransporter *self);
G_IMAP4D_AVAILABLE_IN_1_0
const char *g_imap_transporter_get_user (GImapTransporter *self);
G_IMAP4D_AVAILABLE_IN_1_0
char *g_imap_transporter_dup_authentication_mode (GImapTransporter *self);
G_IMAP4D_AVAILABLE_IN_1_0
GImapTransporterState g_imap_transporter_get_state (GImapTransporter *self);
G_IMAP4D_AVAILABLE_IN_1_0
char **g_imap_transporter_dup_known_capabilities (GImapTransporter *self);
G_IMAP4D_AVAILABLE_IN_1_0
char *g_imap_transporter_dup_selected_box (GImapTransporter *self);
G_IMAP4D_AVAILABLE_IN_1_0
const char *g_imap_transporter_get_tls_protocol (GImapTransporter *self);
G_IMAP4D_AVAILABLE_IN_1_0
GVariant *g_imap_transporter_dup_statistics (GImapTransporter *self);
G_IMAP4D_AVAILABLE_IN_1_0
GImapNotifier *g_imap_transporter_get_notifier (GImapTransporter *self);

/**
 * GImapTokenProvider:
 * @self: the transporter that wants to log in
 * @reason: why the token that it has will not do
 * @cancellable: cancelled when nobody waits for the token any more
 * @user_data: the data that was set with the function
 *
 * A function that gets an OAuth 2 access token, asking an authorization server for it as a rule;
 * see g_imap_transporter_set_token_provider().
 *
 * Returns: (nullable) (transfer full): a new token, or %NULL when there is none
 *
 * Since: 1.0
 */
typedef char *(*GImapTokenProvider) (GImapTransporter *self,
                                     GImapTokenReason reason,
                                     GCancellable *cancellable,
                                     gpointer user_data);

G_IMAP4D_AVAILABLE_IN_1_0
void g_imap_transporter_set_token_provider (GImapTransporter *self,
                                            GImapTokenProvider provider,
                                            gpointer user_data,
                                            GDestroyNotify destroy);

G_IMAP4D_AVAILABLE_IN_1_0
GImapStatus *g_imap_transporter_check_connection (GImapTransporter *self,
                                                  GCancellable *cancellable,
                                                  GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
void g_imap_transporter_check_connection_async (GImapTransporter *self,
                                                GCancellable *cancellable,
                                                GAsyncReadyCallback callback,
                                                gpointer user_data);
G_IMAP4D_AVAILABLE_IN_1_0
GImapStatus *g_imap_transporter_check_connection_finish (GImapTransporter *self,
                                                         GAsyncResult *result,
                                                         GError **error);

G_IMAP4D_AVAILABLE_IN_1_0
char **g_imap_transporter_get_capabilities (GImapTransporter *self,
                                            GCancellable *cancellable,
                                            GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
void g_imap_transporter_get_capabilities_async (GImapTransporter *self,
                                                GCancellable *cancellable,
                                                GAsyncReadyCallback callback,
                                                gpointer user_data);
G_IMAP4D_AVAILABLE_IN_1_0
char **g_imap_transporter_get_capabilities_finish (GImapTransporter *self,
                                                   GAsyncResult *result,
                                                   GError **error);

G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_imap_transporter_close (GImapTransporter *self,
                                   GCancellable *cancellable,
                                   GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
void g_imap_transporter_close_async (GImapTransporter *self,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_imap_transporter_close_finish (GImapTransporter *self,
                                          GAsyncResult *result,
                                          GError **error);

G_IMAP4D_AVAILABLE_IN_1_0
GImapBoxInfo *g_imap_transporter_select_box (GImapTransporter *self,
                                             const char *name,
                                             GImapBoxState state,
                                             GCancellable *cancellable,
                                             GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
void g_imap_transporter_select_box_async (GImapTransporter *self,
                                          const char *name,
                                          GImapBoxState state,
                                          GCancellable *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer user_data);
G_IMAP4D_AVAILABLE_IN_1_0
GImapBoxInfo *g_imap_transporter_select_box_finish (GImapTransporter *self,
                                                    GAsyncResult *result,
                                                    GError **error);

G_IMAP4D_AVAILABLE_IN_1_0
GImapBoxInfo *g_imap_transporter_get_box_info (GImapTransporter *self,
                                               const char *name,
                                               GCancellable *cancellable,
                                               GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
void g_imap_transporter_get_box_info_async (GImapTransporter *self,
                                            const char *name,
                                            GCancellable *cancellable,
                                            GAsyncReadyCallback callback,
                                            gpointer user_data);
G_IMAP4D_AVAILABLE_IN_1_0
GImapBoxInfo *g_imap_transporter_get_box_info_finish (GImapTransporter *self,
                                                      GAsyncResult *result,
                                                      GError **error);

G_IMAP4D_AVAILABLE_IN_1_0
GListModel *g_imap_transporter_get_box_list (GImapTransporter *self,
                                             GImapBoxListFlags flags,
                                             GCancellable *cancellable,
                                             GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
void g_imap_transporter_get_box_list_async (GImapTransporter *self,
                                            GImapBoxListFlags flags,
                                            GCancellable *cancellable,
                                            GAsyncReadyCallback callback,
                                            gpointer user_data);
G_IMAP4D_AVAILABLE_IN_1_0
GListModel *g_imap_transporter_get_box_list_finish (GImapTransporter *self,
                                                    GAsyncResult *result,
                                                    GError **error);

G_IMAP4D_AVAILABLE_IN_1_0
char *g_imap_transporter_get_delimiter (GImapTransporter *self,
                                        GCancellable *cancellable,
                                        GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
void g_imap_transporter_get_delimiter_async (GImapTransporter *self,
                                             GCancellable *cancellable,
                                             GAsyncReadyCallback callback,
                                             gpointer user_data);
G_IMAP4D_AVAILABLE_IN_1_0
char *g_imap_transporter_get_delimiter_finish (GImapTransporter *self,
                                               GAsyncResult *result,
                                               GError **error);

G_IMAP4D_AVAILABLE_IN_1_0
GImapMessageSet *g_imap_transporter_search_mails (GImapTransporter *self,
                                                  const char *criteria,
                                                  GCancellable *cancellable,
                                                  GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
void g_imap_transporter_search_mails_async (GImapTransporter *self,
                                            const char *criteria,
                                            GCancellable *cancellable,
                                            GAsyncReadyCallback callback,
                                            gpointer user_data);
G_IMAP4D_AVAILABLE_IN_1_0
GImapMessageSet *g_imap_transporter_search_mails_finish (GImapTransporter *self,
                                                         GAsyncResult *result,
                                                         GError **error);

G_IMAP4D_AVAILABLE_IN_1_0
GImapMessageSet *g_imap_transporter_search (GImapTransporter *self,
                                            GImapSearch *search,
                                            GCancellable *cancellable,
                                            GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
void g_imap_transporter_search_async (GImapTransporter *self,
                                      GImapSearch *search,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
G_IMAP4D_AVAILABLE_IN_1_0
GImapMessageSet *g_imap_transporter_search_finish (GImapTransporter *self,
                                                   GAsyncResult *result,
                                                   GError **error);

G_IMAP4D_AVAILABLE_IN_1_0
char **g_imap_transporter_sort (GImapTransporter *self,
                                const char *order,
                                GImapSearch *search,
                                GCancellable *cancellable,
                                GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
void g_imap_transporter_sort_async (GImapTransporter *self,
                                    const char *order,
                                    GImapSearch *search,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
G_IMAP4D_AVAILABLE_IN_1_0
char **g_imap_transporter_sort_finish (GImapTransporter *self,
                                       GAsyncResult *result,
                                       GError **error);

G_IMAP4D_AVAILABLE_IN_1_0
GListModel *g_imap_transporter_thread (GImapTransporter *self,
                                       GImapThreading threading,
                                       GImapSearch *search,
                                       GCancellable *cancellable,
                                       GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
void g_imap_transporter_thread_async (GImapTransporter *self,
                                      GImapThreading threading,
                                      GImapSearch *search,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
G_IMAP4D_AVAILABLE_IN_1_0
GListModel *g_imap_transporter_thread_finish (GImapTransporter *self,
                                              GAsyncResult *result,
                                              GError **error);

G_IMAP4D_AVAILABLE_IN_1_0
GListModel *g_imap_transporter_get_quota (GImapTransporter *self,
                                          const char *name,
                                          GCancellable *cancellable,
                                          GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
void g_imap_transporter_get_quota_async (GImapTransporter *self,
                                         const char *name,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);
G_IMAP4D_AVAILABLE_IN_1_0
GListModel *g_imap_transporter_get_quota_finish (GImapTransporter *self,
                                                 GAsyncResult *result,
                                                 GError **error);

G_IMAP4D_AVAILABLE_IN_1_0
GImapMessageSet *g_imap_transporter_num_to_id (
    GImapTransporter *self, gint64 start, gint64 end, GCancellable *cancellable, GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
void g_imap_transporter_num_to_id_async (GImapTransporter *self,
                                         gint64 start,
                                         gint64 end,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);
G_IMAP4D_AVAILABLE_IN_1_0
GImapMessageSet *g_imap_transporter_num_to_id_finish (GImapTransporter *self,
                                                      GAsyncResult *result,
                                                      GError **error);

G_IMAP4D_AVAILABLE_IN_1_0
GEmail *g_imap_transporter_get_mail (GImapTransporter *self,
                                     const char *id,
                                     GImapFetchFlags flags,
                                     GCancellable *cancellable,
                                     GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
void g_imap_transporter_get_mail_async (GImapTransporter *self,
                                        const char *id,
                                        GImapFetchFlags flags,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);
G_IMAP4D_AVAILABLE_IN_1_0
GEmail *g_imap_transporter_get_mail_finish (GImapTransporter *self,
                                            GAsyncResult *result,
                                            GError **error);

G_IMAP4D_AVAILABLE_IN_1_0
GEmail *g_imap_transporter_get_mail_by_number (GImapTransporter *self,
                                               gint64 number,
                                               GImapFetchFlags flags,
                                               GCancellable *cancellable,
                                               GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
void g_imap_transporter_get_mail_by_number_async (GImapTransporter *self,
                                                  gint64 number,
                                                  GImapFetchFlags flags,
                                                  GCancellable *cancellable,
                                                  GAsyncReadyCallback callback,
                                                  gpointer user_data);
G_IMAP4D_AVAILABLE_IN_1_0
GEmail *g_imap_transporter_get_mail_by_number_finish (GImapTransporter *self,
                                                      GAsyncResult *result,
                                                      GError **error);

G_IMAP4D_AVAILABLE_IN_1_0
GImapMails *g_imap_transporter_get_mails (GImapTransporter *self,
                                          GImapMessageSet *ids,
                                          GImapFetchFlags flags,
                                          GCancellable *cancellable,
                                          GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
void g_imap_transporter_get_mails_async (GImapTransporter *self,
                                         GImapMessageSet *ids,
                                         GImapFetchFlags flags,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);
G_IMAP4D_AVAILABLE_IN_1_0
GImapMails *g_imap_transporter_get_mails_finish (GImapTransporter *self,
                                                 GAsyncResult *result,
                                                 GError **error);

G_IMAP4D_AVAILABLE_IN_1_0
GImapMails *g_imap_transporter_get_mails_by_number (GImapTransporter *self,
                                                    gint64 start,
                                                    gint64 end,
                                                    GImapFetchFlags flags,
                                                    GCancellable *cancellable,
                                                    GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
void g_imap_transporter_get_mails_by_number_async (GImapTransporter *self,
                                                   gint64 start,
                                                   gint64 end,
                                                   GImapFetchFlags flags,
                                                   GCancellable *cancellable,
                                                   GAsyncReadyCallback callback,
                                                   gpointer user_data);
G_IMAP4D_AVAILABLE_IN_1_0
GImapMails *g_imap_transporter_get_mails_by_number_finish (GImapTransporter *self,
                                                           GAsyncResult *result,
                                                           GError **error);

/**
 * GImapMailFunc:
 * @mail: a mail that has come
 * @user_data: the data that was given with the function
 *
 * Takes one mail after the other; see g_imap_transporter_fetch_mails().
 *
 * Returns: %TRUE for the next one, %FALSE to end the call
 *
 * Since: 1.0
 */
typedef gboolean (*GImapMailFunc) (GEmail *mail, gpointer user_data);

G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_imap_transporter_fetch_mails (GImapTransporter *self,
                                         GImapMessageSet *ids,
                                         GImapFetchFlags flags,
                                         GImapMailFunc func,
                                         gpointer func_data,
                                         GCancellable *cancellable,
                                         GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
void g_imap_transporter_fetch_mails_async (GImapTransporter *self,
                                           GImapMessageSet *ids,
                                           GImapFetchFlags flags,
                                           GImapMailFunc func,
                                           gpointer func_data,
                                           GDestroyNotify func_destroy,
                                           GCancellable *cancellable,
                                           GAsyncReadyCallback callback,
                                           gpointer user_data);
G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_imap_transporter_fetch_mails_finish (GImapTransporter *self,
                                                GAsyncResult *result,
                                                GError **error);

G_IMAP4D_AVAILABLE_IN_1_0
GBytes *g_imap_transporter_get_mime_as_blob (GImapTransporter *self,
                                             const char *id,
                                             gboolean update_seen,
                                             GCancellable *cancellable,
                                             GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
void g_imap_transporter_get_mime_as_blob_async (GImapTransporter *self,
                                                const char *id,
                                                gboolean update_seen,
                                                GCancellable *cancellable,
                                                GAsyncReadyCallback callback,
                                                gpointer user_data);
G_IMAP4D_AVAILABLE_IN_1_0
GBytes *g_imap_transporter_get_mime_as_blob_finish (GImapTransporter *self,
                                                    GAsyncResult *result,
                                                    GError **error);

G_IMAP4D_AVAILABLE_IN_1_0
GBytes *g_imap_transporter_get_mime_as_blob_by_number (GImapTransporter *self,
                                                       gint64 number,
                                                       gboolean update_seen,
                                                       GCancellable *cancellable,
                                                       GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
void g_imap_transporter_get_mime_as_blob_by_number_async (GImapTransporter *self,
                                                          gint64 number,
                                                          gboolean update_seen,
                                                          GCancellable *cancellable,
                                                          GAsyncReadyCallback callback,
                                                          gpointer user_data);
G_IMAP4D_AVAILABLE_IN_1_0
GBytes *g_imap_transporter_get_mime_as_blob_by_number_finish (GImapTransporter *self,
                                                              GAsyncResult *result,
                                                              GError **error);

G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_imap_transporter_create_box (GImapTransporter *self,
                                        const char *name,
                                        GCancellable *cancellable,
                                        GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
void g_imap_transporter_create_box_async (GImapTransporter *self,
                                          const char *name,
                                          GCancellable *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer user_data);
G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_imap_transporter_create_box_finish (GImapTransporter *self,
                                               GAsyncResult *result,
                                               GError **error);

G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_imap_transporter_delete_box (GImapTransporter *self,
                                        const char *name,
                                        GCancellable *cancellable,
                                        GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
void g_imap_transporter_delete_box_async (GImapTransporter *self,
                                          const char *name,
                                          GCancellable *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer user_data);
G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_imap_transporter_delete_box_finish (GImapTransporter *self,
                                               GAsyncResult *result,
                                               GError **error);

G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_imap_transporter_rename_box (GImapTransporter *self,
                                        const char *name,
                                        const char *new_name,
                                        GCancellable *cancellable,
                                        GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
void g_imap_transporter_rename_box_async (GImapTransporter *self,
                                          const char *name,
                                          const char *new_name,
                                          GCancellable *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer user_data);
G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_imap_transporter_rename_box_finish (GImapTransporter *self,
                                               GAsyncResult *result,
                                               GError **error);

G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_imap_transporter_subscribe (GImapTransporter *self,
                                       const char *name,
                                       GCancellable *cancellable,
                                       GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
void g_imap_transporter_subscribe_async (GImapTransporter *self,
                                         const char *name,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);
G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_imap_transporter_subscribe_finish (GImapTransporter *self,
                                              GAsyncResult *result,
                                              GError **error);

G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_imap_transporter_unsubscribe (GImapTransporter *self,
                                         const char *name,
                                         GCancellable *cancellable,
                                         GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
void g_imap_transporter_unsubscribe_async (GImapTransporter *self,
                                           const char *name,
                                           GCancellable *cancellable,
                                           GAsyncReadyCallback callback,
                                           gpointer user_data);
G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_imap_transporter_unsubscribe_finish (GImapTransporter *self,
                                                GAsyncResult *result,
                                                GError **error);

G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_imap_transporter_add_flags (GImapTransporter *self,
                                       GImapMessageSet *ids,
                                       const char *const *keywords,
                                       GCancellable *cancellable,
                                       GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
void g_imap_transporter_add_flags_async (GImapTransporter *self,
                                         GImapMessageSet *ids,
                                         const char *const *keywords,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);
G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_imap_transporter_add_flags_finish (GImapTransporter *self,
                                              GAsyncResult *result,
                                              GError **error);

G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_imap_transporter_remove_flags (GImapTransporter *self,
                                          GImapMessageSet *ids,
                                          const char *const *keywords,
                                          GCancellable *cancellable,
                                          GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
void g_imap_transporter_remove_flags_async (GImapTransporter *self,
                                            GImapMessageSet *ids,
                                            const char *const *keywords,
                                            GCancellable *cancellable,
                                            GAsyncReadyCallback callback,
                                            gpointer user_data);
G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_imap_transporter_remove_flags_finish (GImapTransporter *self,
                                                 GAsyncResult *result,
                                                 GError **error);

G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_imap_transporter_delete (GImapTransporter *self,
                                    GImapMessageSet *ids,
                                    GCancellable *cancellable,
                                    GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
void g_imap_transporter_delete_async (GImapTransporter *self,
                                      GImapMessageSet *ids,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_imap_transporter_delete_finish (GImapTransporter *self,
                                           GAsyncResult *result,
                                           GError **error);

G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_imap_transporter_expunge (GImapTransporter *self,
                                     GCancellable *cancellable,
                                     GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
void g_imap_transporter_expunge_async (GImapTransporter *self,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_imap_transporter_expunge_finish (GImapTransporter *self,
                                            GAsyncResult *result,
                                            GError **error);

G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_imap_transporter_expunge_ids (GImapTransporter *self,
                                         GImapMessageSet *ids,
                                         GCancellable *cancellable,
                                         GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
void g_imap_transporter_expunge_ids_async (GImapTransporter *self,
                                           GImapMessageSet *ids,
                                           GCancellable *cancellable,
                                           GAsyncReadyCallback callback,
                                           gpointer user_data);
G_IMAP4D_AVAILABLE_IN_1_0
gboolean g_imap_transporter_expunge_ids_finish (GImapTransporter *self,
                                                GAsyncResult *result,
                                                GError **error);

G_IMAP4D_AVAILABLE_IN_1_0
GImapMessageSet *g_imap_transporter_copy (GImapTransporter *self,
                                          GImapMessageSet *ids,
                                          const char *box,
                                          GCancellable *cancellable,
                                          GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
void g_imap_transporter_copy_async (GImapTransporter *self,
                                    GImapMessageSet *ids,
                                    const char *box,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
G_IMAP4D_AVAILABLE_IN_1_0
GImapMessageSet *g_imap_transporter_copy_finish (GImapTransporter *self,
                                                 GAsyncResult *result,
                                                 GError **error);

G_IMAP4D_AVAILABLE_IN_1_0
GImapMessageSet *g_imap_transporter_move (GImapTransporter *self,
                                          GImapMessageSet *ids,
                                          const char *box,
                                          GCancellable *cancellable,
                                          GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
void g_imap_transporter_move_async (GImapTransporter *self,
                                    GImapMessageSet *ids,
                                    const char *box,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
G_IMAP4D_AVAILABLE_IN_1_0
GImapMessageSet *g_imap_transporter_move_finish (GImapTransporter *self,
                                                 GAsyncResult *result,
                                                 GError **error);

G_IMAP4D_AVAILABLE_IN_1_0
GImapMessageSet *g_imap_transporter_append (GImapTransporter *self,
                                            GEmail *email,
                                            const char *box,
                                            GImapCharsetMode header_charset,
                                            GImapCharsetMode body_charset,
                                            GCancellable *cancellable,
                                            GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
void g_imap_transporter_append_async (GImapTransporter *self,
                                      GEmail *email,
                                      const char *box,
                                      GImapCharsetMode header_charset,
                                      GImapCharsetMode body_charset,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
G_IMAP4D_AVAILABLE_IN_1_0
GImapMessageSet *g_imap_transporter_append_finish (GImapTransporter *self,
                                                   GAsyncResult *result,
                                                   GError **error);

G_IMAP4D_AVAILABLE_IN_1_0
GImapMessageSet *g_imap_transporter_append_mime (GImapTransporter *self,
                                                 GBytes *mime,
                                                 const char *box,
                                                 const char *const *keywords,
                                                 GDateTime *date,
                                                 GCancellable *cancellable,
                                                 GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
void g_imap_transporter_append_mime_async (GImapTransporter *self,
                                           GBytes *mime,
                                           const char *box,
                                           const char *const *keywords,
                                           GDateTime *date,
                                           GCancellable *cancellable,
                                           GAsyncReadyCallback callback,
                                           gpointer user_data);
G_IMAP4D_AVAILABLE_IN_1_0
GImapMessageSet *g_imap_transporter_append_mime_finish (GImapTransporter *self,
                                                        GAsyncResult *result,
                                                        GError **error);

G_IMAP4D_AVAILABLE_IN_1_0
GImapMessageSet *g_imap_transporter_append_stream (GImapTransporter *self,
                                                   GInputStream *stream,
                                                   guint64 size,
                                                   const char *box,
                                                   const char *const *keywords,
                                                   GDateTime *date,
                                                   GCancellable *cancellable,
                                                   GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
void g_imap_transporter_append_stream_async (GImapTransporter *self,
                                             GInputStream *stream,
                                             guint64 size,
                                             const char *box,
                                             const char *const *keywords,
                                             GDateTime *date,
                                             GCancellable *cancellable,
                                             GAsyncReadyCallback callback,
                                             gpointer user_data);
G_IMAP4D_AVAILABLE_IN_1_0
GImapMessageSet *g_imap_transporter_append_stream_finish (GImapTransporter *self,
                                                          GAsyncResult *result,
                                                          GError **error);

G_IMAP4D_AVAILABLE_IN_1_0
GInputStream *g_imap_transporter_open_mime (GImapTransporter *self,
                                            const char *id,
                                            gboolean update_seen,
                                            GCancellable *cancellable,
                                            GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
void g_imap_transporter_open_mime_async (GImapTransporter *self,
                                         const char *id,
                                         gboolean update_seen,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);
G_IMAP4D_AVAILABLE_IN_1_0
GInputStream *g_imap_transporter_open_mime_finish (GImapTransporter *self,
                                                   GAsyncResult *result,
                                                   GError **error);

G_IMAP4D_AVAILABLE_IN_1_0
GInputStream *g_imap_transporter_open_part (GImapTransporter *self,
                                            const char *id,
                                            const char *part_id,
                                            GCancellable *cancellable,
                                            GError **error);
G_IMAP4D_AVAILABLE_IN_1_0
void g_imap_transporter_open_part_async (GImapTransporter *self,
                                         const char *id,
                                         const char *part_id,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);
G_IMAP4D_AVAILABLE_IN_1_0
GInputStream *g_imap_transporter_open_part_finish (GImapTransporter *self,
                                                   GAsyncResult *result,
                                                   GError **error);

G_END_DECLS
