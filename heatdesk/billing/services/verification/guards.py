"""Invariants of the database itself: I27 (guards are in place), I28 (nothing unchecked)."""

from heatdesk.billing.services.verification.report import Invariant

_APPEND_ONLY = (
    "('journal', 'entry', 'charge', 'payment', 'tender', 'allocation', 'payment_void', 'penalty', 'audit_entry', "
    "'decision', 'request_effect', 'request_editor', 'approval_rule', 'stored_file')"
)
_TRIGGERS = """(values ('journal', 'append_only'), ('entry', 'append_only'), ('charge', 'append_only'),
    ('payment', 'append_only'), ('tender', 'append_only'), ('allocation', 'append_only'),
    ('payment_void', 'append_only'), ('audit_entry', 'append_only'), ('bill', 'never_deleted'),
    ('penalty', 'append_only'), ('entry', 'penalties'),
    ('journal', 'open_day'), ('journal', 'has_entries'), ('entry', 'own_transaction'), ('entry', 'totals'),
    ('decision', 'append_only'), ('request_effect', 'append_only'), ('request_editor', 'append_only'),
    ('approval_rule', 'append_only'), ('stored_file', 'append_only'), ('decision', 'by_others'),
    ('change_request', 'moves'), ('change_request', 'starts_as_draft'), ('change_request', 'never_deleted'),
    ('attachment', 'of_draft'), ('request_editor', 'of_draft'), ('journal', 'on_authority'),
    ('request_effect', 'on_authority'), ('delegation', 'ends_once'),
    ('refund', 'ends_once'), ('refund', 'never_deleted'),
    ('business_day', 'moves_forward'), ('number_book', 'moves_forward'), ('journal', 'open_shift'),
    ('account', 'balance_insert'), ('account', 'balance_update'), ('account', 'balance_delete'),
    ('premises', 'balance_update'), ('bill', 'balance_insert'), ('bill', 'balance_update'),
    ('supply_term', 'area_insert'), ('supply_term', 'area_update'), ('supply_term', 'area_delete'),
    ('account_balance', 'figures_insert'), ('account_balance', 'figures_update'), ('account_balance', 'figures_delete'),
    ('till_shift', 'follows_its_day'), ('business_day', 'closes_on_closed_tills'), ('tariff', 'final_once_approved')
) as wanted (table_name, trigger_name)"""

INVARIANTS = [
    Invariant(
        "I27",
        "The guards of the books are in place: triggers on, and the application's role may not rewrite",
        f"""
        select format('trigger %s on %s is missing or switched off', trigger_name, table_name) from {_TRIGGERS}
         where not exists (select from pg_trigger where tgrelid = table_name::regclass and tgname = trigger_name
                                                    and tgenabled in ('O', 'A'))
        union all
        select format('heatdesk_app may %s %s', privilege, relname)
          from pg_class, unnest(array['update', 'delete', 'truncate']) privilege
         where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
           and (relname in {_APPEND_ONLY} or relname ~ '^(bill|charge|entry)(_season_.*)?$' or relname = 'prepayment'
                or relname in ('account_balance', 'building_figures', 'building_area', 'building_season'))
           and relname !~ '_run$'
           and has_table_privilege('heatdesk_app', oid, privilege)
        union all
        select format('heatdesk_app owns %s', relname) from pg_class
         where relnamespace = 'public'::regnamespace and pg_get_userbyid(relowner) = 'heatdesk_app'
        """,  # noqa: S608 (constants of this file)
    ),
    Invariant(
        "I28",
        "Every constraint has been checked on every row, and the server guards its pages with checksums",
        """
        select format('constraint %s on %s was never validated', conname, conrelid::regclass) from pg_constraint
         where not convalidated and connamespace = 'public'::regnamespace
        union all
        select 'data checksums are off' where current_setting('data_checksums') <> 'on'
        """,
    ),
]
