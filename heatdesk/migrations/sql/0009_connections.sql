-- Agreements and shares are added to, never rewritten: a new row follows an old one.

do $$
declare name text;
begin
    foreach name in array array['connection_agreement', 'payer_share'] loop
        execute format('create trigger append_only before update or delete on %I for each row execute function forbid_change()', name);
        execute format('create trigger no_truncate before truncate on %I for each statement execute function forbid_change()', name);
        execute format('grant select, insert on %I to heatdesk_app', name);
    end loop;
end $$;
grant usage on all sequences in schema public to heatdesk_app;
