// Once, on an empty volume: the role of the services, with rights on the databases of their read models alone.
const services = ["firm", "contacts", "accounts", "interactions", "files", "notifications", "dossier", "gateway"];
const databases = services.flatMap((service) => [`dossier_${service}`, `dossier_${service}_reactions`]);
db.getSiblingDB("admin").createUser({
  user: "dossier",
  pwd: process.env.DOSSIER_MONGO_PASSWORD,
  roles: databases.flatMap((name) => [{ role: "readWrite", db: name }, { role: "dbAdmin", db: name }]),
});
