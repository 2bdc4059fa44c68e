-- What the application may do with requests; it sees everything and rewrites nothing that was decided.

grant select on change_request, request_editor, approval_rule, delegation, decision, stored_file, attachment,
    request_effect, department to heatdesk_app;
grant insert on change_request, request_editor, approval_rule, delegation, decision, stored_file, attachment,
    request_effect to heatdesk_app;
grant insert, update, delete on department to heatdesk_app;
grant update (target, target_label, branch_id, customer_id, state, revision, reason, payload, payload_hash, preview, amount,
    level_amount, row_count, row_sum, levels, current_level, waiting_role, waiting_department_id, took_part,
    submitted_at, expires_at, ended_at) on change_request to heatdesk_app;
grant update (ended_at) on delegation to heatdesk_app;
grant delete on attachment to heatdesk_app;
grant usage on all sequences in schema public to heatdesk_app;
