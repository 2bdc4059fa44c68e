-- A person's own saved filters: nothing of the books, so they may be rewritten and removed.

grant select, insert, delete on saved_filter to heatdesk_app;
grant update (name, query, is_default) on saved_filter to heatdesk_app;
grant usage on all sequences in schema public to heatdesk_app;
