package api

import (
	"context"
	"strings"

	"google.golang.org/grpc"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/resource"
)

// Users is the UserService.
type Users struct {
	psav1.UnimplementedUserServiceServer

	users *resource.Server[*psav1.User]
}

// NewUsers serves the people at the clients.
func NewUsers(c resource.Config) *Users {
	return &Users{users: resource.New(c, resource.Kind[*psav1.User]{Name: "user", Collections: []string{"users"}, Fields: userFields()})}
}

func userFields() []resource.Field[*psav1.User] {
	return []resource.Field[*psav1.User]{
		{Path: "first_name", Check: resource.Checked((*psav1.User).GetFirstName, text(0, 50))},
		{Path: "last_name", Check: resource.Checked((*psav1.User).GetLastName, text(0, 50))},
		{Path: "email", Check: resource.Checked((*psav1.User).GetEmail, text(0, 255))},
		{Path: "phone", Check: resource.Checked((*psav1.User).GetPhone, text(0, 100))},
		{Path: "mobile_phone", Check: resource.Checked((*psav1.User).GetMobilePhone, text(0, 100))},
		{Path: "title", Check: resource.Checked((*psav1.User).GetTitle, text(0, 100))},
		{
			Path: "client", Check: resource.Checked((*psav1.User).GetClient, number), Born: true,
			Refers: resource.Refers[*psav1.User]{Kind: "client", ID: (*psav1.User).GetClient},
		},
		{
			Path: "site", Check: resource.Checked((*psav1.User).GetSite, number),
			Refers: resource.Refers[*psav1.User]{Kind: "site", ID: (*psav1.User).GetSite},
		},
		{Path: "custom_fields", Check: resource.Checked((*psav1.User).GetCustomFields, customFields)},
	}
}

// GetUser returns one user, deleted or not.
func (s *Users) GetUser(ctx context.Context, r *psav1.GetUserRequest) (*psav1.User, error) {
	return s.users.Get(ctx, r.GetName())
}

// BatchGetUsers returns several users of one connection, in the order of the names.
func (s *Users) BatchGetUsers(ctx context.Context, r *psav1.BatchGetUsersRequest) (*psav1.BatchGetUsersResponse, error) {
	found, err := s.users.BatchGet(ctx, r)
	return &psav1.BatchGetUsersResponse{Users: found}, err
}

// ListUsers returns a page of the users of one connection, latest known first.
func (s *Users) ListUsers(ctx context.Context, r *psav1.ListUsersRequest) (*psav1.ListUsersResponse, error) {
	q, err := userQuery(r.GetFilter())
	if err != nil {
		return nil, err
	}
	page, next, err := s.users.List(ctx, r, q)
	return &psav1.ListUsersResponse{Users: page, NextPageToken: next}, err
}

// CreateUser accepts a new user.
func (s *Users) CreateUser(ctx context.Context, r *psav1.CreateUserRequest) (*psav1.User, error) {
	if err := creatable(r.GetUser()); err != nil {
		return nil, err
	}
	return s.users.Create(ctx, resource.Write[*psav1.User]{Operation: "CreateUser"}, r, r.GetUser())
}

// UpdateUser accepts a change and queues it.
func (s *Users) UpdateUser(ctx context.Context, r *psav1.UpdateUserRequest) (*psav1.User, error) {
	return s.users.Update(ctx, resource.Write[*psav1.User]{Operation: "UpdateUser"}, r, r.GetUser(), r.GetUpdateMask())
}

// DeactivateUser accepts that the user is out of use.
func (s *Users) DeactivateUser(ctx context.Context, r *psav1.DeactivateUserRequest) (*psav1.User, error) {
	return s.users.Do(ctx, use("DeactivateUser", &psav1.User{Inactive: true}), r)
}

// ActivateUser accepts that the user is in use again.
func (s *Users) ActivateUser(ctx context.Context, r *psav1.ActivateUserRequest) (*psav1.User, error) {
	return s.users.Do(ctx, use("ActivateUser", &psav1.User{}), r)
}

// WatchUsers streams every visible change of one connection's users.
func (s *Users) WatchUsers(r *psav1.WatchUsersRequest, to grpc.ServerStreamingServer[psav1.WatchUsersResponse]) error {
	return resource.Watch(s.users, r, to, func(c resource.Change[*psav1.User]) *psav1.WatchUsersResponse {
		return &psav1.WatchUsersResponse{User: c.Resource, ResumeToken: c.ResumeToken, ChangeTime: c.ChangeTime}
	})
}

func userQuery(f *psav1.UserFilter) (q mirror.Query, err error) {
	inUse(&q, f.GetActive())
	byStanding(&q, f.GetPending(), f.GetRefused())
	if f.GetEmail() != "" {
		if err := text(1, 255)("filter.email", f.GetEmail()); err != nil {
			return q, err
		}
		q.Where("email = ?", strings.ToLower(f.GetEmail()))
	}
	if err := byID(&q, "client", f.GetClient()); err != nil {
		return q, err
	}
	return q, byID(&q, "site", f.GetSite())
}

// creatable says what a new user lacks.
func creatable(u *psav1.User) error {
	switch {
	case u == nil:
		return nil
	case u.GetFirstName() == "" && u.GetLastName() == "":
		return fault.Field("user.first_name", "is required where there is no last_name")
	case u.GetClient() == "" && u.GetSite() == "":
		return fault.Field("user.client", "is required where site does not say it")
	}
	return nil
}
