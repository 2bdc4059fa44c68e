-- Readings are added to, never rewritten; changes of a meter go into the trail.

create trigger append_only before update or delete on meter_reading for each row execute function forbid_change();
create trigger no_truncate before truncate on meter_reading for each statement execute function forbid_change();

grant select, insert, update on meter to heatdesk_app;
grant select, insert on meter_reading to heatdesk_app;
grant usage on all sequences in schema public to heatdesk_app;

create trigger audited after update or delete on meter for each row execute function record_change();
