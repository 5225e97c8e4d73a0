mod changes;
mod home;
mod lab;
mod matrix;
mod sample;
