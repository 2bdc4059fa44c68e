-- Trials are work in progress, not books: the application makes them and throws them away.

grant select, insert, update, delete on tariff_trial, trial_shard to heatdesk_app;
grant select, insert, delete on trial_flat to heatdesk_app;
grant usage on all sequences in schema public to heatdesk_app;

create trigger audited after update or delete on tariff_trial for each row execute function record_change();
