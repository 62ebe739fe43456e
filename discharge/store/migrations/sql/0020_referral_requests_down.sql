DROP FUNCTION homeward_person_of_request, homeward_request_candidates, homeward_route_request,
    homeward_meant_by_request, homeward_referral_standing, homeward_i_have_part, homeward_has_part, homeward_has_stay,
    homeward_people_meant, homeward_case_time, homeward_plain;
DROP TABLE referral_reviewers, referral_requests;
