scoutsuite_results =
{"account_id": "111122223333", "all_services": {}, "last_run": {"time": "2026-11-20 10:00:00+0900", "version": "5.14.0"}, "provider_code": "aws", "provider_name": "Amazon Web Services", "services": {
 "cloudtrail": {"findings": {"cloudtrail-no-logging": {"checked_items": 2, "flagged_items": 2, "items": ["cloudtrail.regions.ap-northeast-2.trails.a", "cloudtrail.regions.us-east-1.trails.b"], "level": "danger", "description": "Trail without logging", "rationale": "<b>Log</b> everything.", "compliance": [{"name": "CIS Amazon Web Services Foundations", "version": "1.2.0", "reference": "2.1"}]},
  "cloudtrail-no-encryption": {"checked_items": 2, "flagged_items": 0, "items": [], "level": "warning", "description": "Trail without encryption", "compliance": null}}},
 "kms": {"findings": {"kms-no-rotation": {"checked_items": 0, "flagged_items": 0, "items": [], "level": "warning", "description": "No rotation"}, "kms-broken": null}}}};
